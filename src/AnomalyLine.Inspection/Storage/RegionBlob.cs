using System.Buffers.Binary;
using AnomalyLine.Imaging;

namespace AnomalyLine.Inspection.Storage;

/// <summary>Defect regions as bytes, little endian, 28 a region: x, y, width, height (int32), area (float64), peak (float32).</summary>
internal static class RegionBlob
{
    private const int Bytes = 28;

    public static byte[] Write(IReadOnlyList<DefectRegion> regions)
    {
        if (regions.Count == 0) return [];
        var blob = new byte[regions.Count * Bytes];
        for (var i = 0; i < regions.Count; i++)
        {
            var at = blob.AsSpan(i * Bytes, Bytes);
            var region = regions[i];
            BinaryPrimitives.WriteInt32LittleEndian(at, region.X);
            BinaryPrimitives.WriteInt32LittleEndian(at[4..], region.Y);
            BinaryPrimitives.WriteInt32LittleEndian(at[8..], region.Width);
            BinaryPrimitives.WriteInt32LittleEndian(at[12..], region.Height);
            BinaryPrimitives.WriteDoubleLittleEndian(at[16..], region.Area);
            BinaryPrimitives.WriteSingleLittleEndian(at[24..], region.Peak);
        }

        return blob;
    }

    public static IReadOnlyList<DefectRegion> Read(ReadOnlySpan<byte> blob)
    {
        if (blob.IsEmpty) return [];
        var regions = new DefectRegion[blob.Length / Bytes];
        for (var i = 0; i < regions.Length; i++)
        {
            var at = blob.Slice(i * Bytes, Bytes);
            regions[i] = new DefectRegion(
                BinaryPrimitives.ReadInt32LittleEndian(at),
                BinaryPrimitives.ReadInt32LittleEndian(at[4..]),
                BinaryPrimitives.ReadInt32LittleEndian(at[8..]),
                BinaryPrimitives.ReadInt32LittleEndian(at[12..]),
                BinaryPrimitives.ReadDoubleLittleEndian(at[16..]),
                BinaryPrimitives.ReadSingleLittleEndian(at[24..]));
        }

        return regions;
    }
}
