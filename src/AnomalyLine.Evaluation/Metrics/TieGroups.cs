namespace AnomalyLine.Evaluation.Metrics;

/// <summary>Walks sorted keys from the highest score down, all keys of one score together: each stop is one threshold.</summary>
internal ref struct TieGroups(ReadOnlySpan<ulong> sorted)
{
    private readonly ReadOnlySpan<ulong> _sorted = sorted;
    private int _start = sorted.Length;

    /// <summary>The keys of this score, normal ones first.</summary>
    public ReadOnlySpan<ulong> Keys { get; private set; }

    /// <summary>The score they share.</summary>
    public readonly float Score => ScoreOrder.Score(Keys[0]);

    /// <summary>Normal ones among them.</summary>
    public int Normal { get; private set; }

    /// <summary>Anomalous ones among them.</summary>
    public readonly int Anomalous => Keys.Length - Normal;

    /// <summary>Goes to the next lower score.</summary>
    public bool MoveNext()
    {
        if (_start == 0) return false;
        var end = _start;
        var score = _sorted[end - 1] >> 32;
        Normal = 0;
        while (_start > 0 && _sorted[_start - 1] >> 32 == score)
        {
            _start--;
            if (ScoreOrder.Label(_sorted[_start]) == 0) Normal++;
        }

        Keys = _sorted[_start..end];
        return true;
    }
}
