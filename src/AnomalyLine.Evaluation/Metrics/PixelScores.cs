namespace AnomalyLine.Evaluation.Metrics;

/// <summary>
/// The places of all anomaly maps of a test set with their truth: collects map by map, sorts once, then tells the metrics over places.
/// Takes 8 bytes a place. One thread at a time.
/// </summary>
public sealed class PixelScores
{
    private readonly List<int> _areas = [];
    private ulong[] _keys;
    private int _count;
    private bool _sorted;

    /// <summary>Empty.</summary>
    /// <param name="capacity">How many places will come; more are taken, at the cost of copying.</param>
    public PixelScores(int capacity = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        _keys = new ulong[capacity];
    }

    /// <summary>Places collected.</summary>
    public int Count => _count;

    /// <summary>Separate defect areas (8 neighbours) collected.</summary>
    public int DefectAreas => _areas.Count;

    /// <summary>Takes a map and its truth.</summary>
    /// <param name="map">Row by row; higher is more anomalous.</param>
    /// <param name="mask">As many values; true where the part is defective. Empty for a normal frame.</param>
    /// <param name="width">Columns of the map, at least 1.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together, or a value is not a number.</exception>
    public void Add(ReadOnlySpan<float> map, ReadOnlySpan<bool> mask, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (map.Length % width != 0) throw new ArgumentException($"A map of {map.Length} values has no rows of {width}.", nameof(map));
        if (!mask.IsEmpty && mask.Length != map.Length) throw new ArgumentException($"The mask has {mask.Length} places, its map {map.Length}; resize the mask first.", nameof(mask));
        var labels = new uint[map.Length];
        if (!mask.IsEmpty) _areas.AddRange(ConnectedAreas.Label(mask, width, (uint)_areas.Count + 1, labels));
        if (_count + map.Length > _keys.Length) Array.Resize(ref _keys, checked(Math.Max(_count + map.Length, _count * 2)));
        for (var i = 0; i < labels.Length; i++) _keys[_count + i] = ScoreOrder.Key(map[i], labels[i]);
        _count += map.Length;
        _sorted = false;
    }

    /// <summary>Area under the receiver operating characteristic over all places, 0..1; NaN without defective or without normal places.</summary>
    public double Auroc() => Metrics.Auroc.Of(Sorted());

    /// <summary>Average precision over all places, 0..1; NaN without defective places.</summary>
    public double AveragePrecision() => Metrics.AveragePrecision.Of(Sorted());

    /// <summary>Area under the per-region overlap up to a false positive rate, 0..1; NaN without defective or without normal places.</summary>
    /// <param name="limit">Where to stop, above 0, at most 1.</param>
    public double Aupro(double limit = Metrics.Aupro.DefaultLimit) => Metrics.Aupro.Of(Sorted(), _areas, limit);

    private ReadOnlySpan<ulong> Sorted()
    {
        if (!_sorted) Array.Sort(_keys, 0, _count);
        _sorted = true;
        return _keys.AsSpan(0, _count);
    }
}
