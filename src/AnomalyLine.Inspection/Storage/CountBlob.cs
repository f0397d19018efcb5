namespace AnomalyLine.Inspection.Storage;

/// <summary>Counts as bytes: for each that is not 0 its place, one byte, and how many, 7 bits a byte from the lowest on, of which all but the last have the highest bit set.</summary>
internal static class CountBlob
{
    public static byte[] Write(ReadOnlySpan<long> counts)
    {
        var bytes = new List<byte>();
        for (var place = 0; place < counts.Length; place++)
        {
            if (counts[place] == 0) continue;
            bytes.Add((byte)place);
            var rest = (ulong)counts[place];
            for (; rest >= 0x80; rest >>= 7) bytes.Add((byte)(rest | 0x80));
            bytes.Add((byte)rest);
        }

        return [.. bytes];
    }

    /// <summary>Adds what was written; a place that these counts do not have is left out.</summary>
    public static void Add(ReadOnlySpan<byte> blob, Span<long> counts)
    {
        for (var at = 0; at < blob.Length;)
        {
            var place = blob[at++];
            var count = 0L;
            for (var shift = 0; at < blob.Length; shift += 7)
            {
                var part = blob[at++];
                count |= (long)(part & 0x7F) << shift;
                if (part < 0x80) break;
            }

            if (place < counts.Length) counts[place] += count;
        }
    }
}
