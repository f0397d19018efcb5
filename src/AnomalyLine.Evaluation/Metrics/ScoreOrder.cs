namespace AnomalyLine.Evaluation.Metrics;

/// <summary>
/// Scores with labels as sortable 64-bit keys: the score's order in the upper half, the label in the lower (0 is normal, all else anomalous).
/// Sorting plain numbers is what makes millions of pixels a matter of a second.
/// </summary>
internal static class ScoreOrder
{
    /// <summary>The key of a score; keys sort as their scores do, and both zeros are equal.</summary>
    /// <exception cref="ArgumentException">The score is not a number.</exception>
    public static ulong Key(float score, uint label)
    {
        if (float.IsNaN(score)) throw new ArgumentException("A score is not a number (NaN), so nothing can be said of its rank; look at the model that gave it.", nameof(score));
        var bits = BitConverter.SingleToUInt32Bits(score + 0f);
        bits ^= (bits & 0x8000_0000) == 0 ? 0x8000_0000 : 0xFFFF_FFFF;
        return ((ulong)bits << 32) | label;
    }

    /// <summary>The score of a key.</summary>
    public static float Score(ulong key)
    {
        var bits = (uint)(key >> 32);
        return BitConverter.UInt32BitsToSingle(bits ^ ((bits & 0x8000_0000) == 0 ? 0xFFFF_FFFF : 0x8000_0000));
    }

    /// <summary>The label of a key.</summary>
    public static uint Label(ulong key) => (uint)key;

    /// <summary>The keys of all scores, lowest score first.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or a score is not a number.</exception>
    public static ulong[] Sort(ReadOnlySpan<float> scores, ReadOnlySpan<bool> anomalous)
    {
        if (scores.Length != anomalous.Length) throw new ArgumentException($"There are {scores.Length} scores and {anomalous.Length} labels; each score needs one.", nameof(anomalous));
        var keys = new ulong[scores.Length];
        for (var i = 0; i < keys.Length; i++) keys[i] = Key(scores[i], anomalous[i] ? 1u : 0u);
        Array.Sort(keys);
        return keys;
    }

    /// <summary>How many are normal and how many anomalous.</summary>
    public static (long Normal, long Anomalous) Count(ReadOnlySpan<ulong> keys)
    {
        long normal = 0;
        foreach (var key in keys)
        {
            if (Label(key) == 0) normal++;
        }

        return (normal, keys.Length - normal);
    }
}
