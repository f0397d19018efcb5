using System.Text.Json.Serialization;
using AnomalyLine.Imaging.Alignment;

namespace AnomalyLine.Imaging;

/// <summary>What a model takes: the frame is resized to this by area averaging.</summary>
/// <param name="Width">Pixels, 16..16384.</param>
/// <param name="Height">Pixels, 16..16384.</param>
/// <param name="Channels">1 (grey) or 3 (red, green, blue).</param>
/// <param name="Frames">Frames of a clip: the one that is judged, last, and those right before it, 1 (no clip)..16.</param>
/// <param name="SignificantBits">Bits in use of the 16-bit values of frames that do not say it themselves, 8..16; 0 where none were trained on, which takes all 16.</param>
/// <param name="Fit">What happens to frames of other proportions.</param>
/// <param name="Tiles">The tiles that the network sees, one at a time; null where it sees all at once.</param>
/// <param name="Area">The part of the frame that the model has learnt from, and judges; null for all of it. Of aligned frames it is that of the reference part.</param>
/// <param name="Alignment">How frames are turned and shifted before anything else, so that all parts lie as one; null where they are taken as they come.</param>
public sealed record InputSpec(
    int Width, int Height, int Channels, int Frames = 1, int SignificantBits = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] FrameFit Fit = FrameFit.Stretch,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TileGrid? Tiles = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] InspectionArea? Area = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PartAlignment? Alignment = null)
{
    /// <summary>Channels of all frames of a clip, frame by frame.</summary>
    [JsonIgnore]
    public int Planes => Frames * Channels;

    /// <summary>Values of one prepared frame, or clip: planes times height times width.</summary>
    public int Length => Planes * Height * Width;

    /// <summary>What each frame of a clip is prepared to; the same where frames are judged one by one.</summary>
    public InputSpec ForOneFrame() => Frames == 1 ? this : this with { Frames = 1 };

    /// <summary>All of the input.</summary>
    [JsonIgnore]
    public RegionOfInterest Whole => new(0, 0, Width, Height);

    /// <summary>Whether values of one are as values of the other, wherever in a frame they come from.</summary>
    public bool IsSameShape(InputSpec other) => ReferenceEquals(this, other) || Shape() == other.Shape();

    /// <summary>What the network sees at a time: one tile, or all of it.</summary>
    public InputSpec ForNetwork() => Tiles is not { } grid ? Shape() : this with
    {
        Width = (Width + ((grid.Columns - 1) * grid.Overlap)) / grid.Columns,
        Height = (Height + ((grid.Rows - 1) * grid.Overlap)) / grid.Rows,
        Fit = FrameFit.Stretch,
        Tiles = null,
        Area = null,
        Alignment = null,
    };

    private InputSpec Shape() => Area is null && Alignment is null ? this : this with { Area = null, Alignment = null };

    /// <summary>Where the tiles are, pixels of the input, row by row; all of it where there are none.</summary>
    public IEnumerable<RegionOfInterest> TileRegions()
    {
        var (grid, tile) = (Tiles ?? new TileGrid(1, 1, 0), ForNetwork());
        for (var row = 0; row < grid.Rows; row++)
            for (var column = 0; column < grid.Columns; column++)
                yield return new RegionOfInterest(column * (tile.Width - grid.Overlap), row * (tile.Height - grid.Overlap), tile.Width, tile.Height);
    }

    /// <summary>The part of the input that a frame fills, pixels of the input: all of it where frames are stretched.</summary>
    /// <param name="frameWidth">Width of the frame, or of the region of it that is taken; at least 1.</param>
    /// <param name="frameHeight">Its height.</param>
    public RegionOfInterest CoverOf(int frameWidth, int frameHeight)
    {
        if (Fit == FrameFit.Stretch) return Whole;
        var scale = Math.Min((double)Width / frameWidth, (double)Height / frameHeight);
        var (width, height) = (Math.Clamp((int)Math.Round(frameWidth * scale), 1, Width), Math.Clamp((int)Math.Round(frameHeight * scale), 1, Height));
        return new RegionOfInterest((Width - width) / 2, (Height - height) / 2, width, height);
    }
}
