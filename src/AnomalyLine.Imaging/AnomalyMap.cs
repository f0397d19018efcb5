namespace AnomalyLine.Imaging;

/// <summary>
/// How anomalous each place of a frame is, at the resolution of the model; higher is more anomalous. It covers <see cref="Region"/> of the frame:
/// value (x, y) stands for the frame's pixels around Region.X + (x + 0.5) * Region.Width / Width, and likewise down. Immutable; where the values are a <see cref="PooledArray{T}"/>, its rules are the
/// map's too.
/// </summary>
public sealed class AnomalyMap
{
    private readonly PooledArray<float> _values;

    /// <summary>Takes over the array; nobody may change it afterwards.</summary>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="values">Row by row, width times height of them, each finite.</param>
    /// <param name="region">The part of the frame that the map covers, pixels of the frame.</param>
    /// <exception cref="ArgumentException">The number of values is not width times height.</exception>
    public AnomalyMap(int width, int height, float[] values, RegionOfInterest region)
        : this(width, height, PooledArrays.Of(values), region)
    {
    }

    /// <summary>Takes over the array, whose memory is used again once the map is recycled.</summary>
    /// <inheritdoc cref="AnomalyMap(int, int, float[], RegionOfInterest)"/>
    public AnomalyMap(int width, int height, PooledArray<float> values, RegionOfInterest region)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length != width * height) throw new ArgumentException($"A {width} x {height} map has {width * height} values, not {values.Length}.", nameof(values));
        Width = width;
        Height = height;
        Region = region;
        _values = values;
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The part of the frame that the map covers, pixels of the frame.</summary>
    public RegionOfInterest Region { get; }

    /// <summary>What of the frame was left out: the map is 0 there.</summary>
    public IReadOnlyList<AreaShape> LeftOut { get; init; } = [];

    /// <summary>The part of the frame that was judged; of a frame that was aligned, that of the reference part.</summary>
    public InspectionArea Area { get => field ?? new(Region, LeftOut); init; }

    /// <summary>Row by row.</summary>
    /// <exception cref="ObjectDisposedException">The map was recycled.</exception>
    public ReadOnlySpan<float> Values => _values.Memory.Span;

    /// <summary>The value at a column and a row.</summary>
    public float this[int x, int y] => Values[(y * Width) + x];

    /// <summary>Leaves the values to the garbage collector, so that the map can be kept; false where it was recycled before.</summary>
    public bool Detach() => _values.Detach();

    /// <summary>Gives the values' memory to its next user, unless it is detached; nobody may look at the map afterwards.</summary>
    /// <returns>Whether there was memory to give.</returns>
    public bool Recycle() => _values.Recycle();

    /// <summary>Connected areas (sides and corners) above the pixel threshold, in pixels of the frame; the highest peak first.</summary>
    /// <param name="pixelThreshold">A place belongs to an area when its value is above this.</param>
    /// <param name="most">Largest number of areas to return, at least 0; those with the highest peaks are kept.</param>
    public IReadOnlyList<DefectRegion> FindRegions(float pixelThreshold, int most = 64)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        return RegionFinder.Find(this, pixelThreshold, most);
    }
}
