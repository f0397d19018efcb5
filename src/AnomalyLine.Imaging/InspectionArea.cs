using System.Text.Json;
using System.Text.Json.Serialization;

namespace AnomalyLine.Imaging;

/// <summary>
/// Which part of a frame is judged: a rectangle, which is all that a model sees, less the shapes that are left out of it. What a model has learnt without, it never sees: those pixels are filled before it
/// looks. What is left out later counts for nothing in the anomaly map, but what lies right beside it can still be judged a little differently for it. Immutable; two of the same values are equal.
/// </summary>
/// <param name="Region">The rectangle; null for the whole frame.</param>
/// <param name="LeftOut">What is not judged, at most <see cref="MostShapes"/>.</param>
public sealed record InspectionArea(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RegionOfInterest? Region, IReadOnlyList<AreaShape> LeftOut)
{
    /// <summary>Shapes at most.</summary>
    public const int MostShapes = 64;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    private AreaMask? _mask;

    /// <summary>Whether it is every pixel of every frame.</summary>
    [JsonIgnore]
    public bool IsWhole => Region is null && LeftOut.Count == 0;

    /// <summary>A rectangle is an area of which nothing is left out.</summary>
    public static implicit operator InspectionArea?(RegionOfInterest? region) => region is null ? null : new InspectionArea(region, []);

    /// <summary>Reads what <see cref="ToJson"/> writes, or what a person wrote: {"region":{"x":0,"y":0,"width":640,"height":480},"leftOut":[{"kind":"rectangle","points":[10,10,90,60]}]}.</summary>
    /// <exception cref="JsonException">It is no such text, or has wrong values; the message says which.</exception>
    public static InspectionArea Parse(string json)
    {
        var area = JsonSerializer.Deserialize<InspectionArea>(json, s_json) ?? throw new JsonException("there is no area in it");
        area = area with { LeftOut = area.LeftOut ?? [] };
        return area.Check() is { } wrong ? throw new JsonException(wrong) : area;
    }

    /// <summary>As one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    /// <summary>What is wrong with it; null where nothing is.</summary>
    public string? Check()
    {
        if (Region is { } r && (r.X < 0 || r.Y < 0 || r.Width < 1 || r.Height < 1 || (long)r.X + r.Width > Frame.MaxSide || (long)r.Y + r.Height > Frame.MaxSide))
            return $"the region of interest {r.Width} x {r.Height} at ({r.X}, {r.Y}) is not inside 0..{Frame.MaxSide} pixels";
        if (LeftOut is null) return "the list of what is left out is missing";
        if (LeftOut.Count > MostShapes) return $"{LeftOut.Count} shapes are left out, more than {MostShapes}";
        foreach (var (number, shape) in LeftOut.Index())
            if ((shape is null ? "it is null" : shape.Check()) is { } wrong) return $"shape {number + 1} of what is left out is not valid: {wrong}";
        return null;
    }

    /// <summary>What is wrong with it for frames of a size; null where nothing is.</summary>
    public string? CheckInside(int frameWidth, int frameHeight)
    {
        if (Region is { } r && !r.IsInside(frameWidth, frameHeight))
            return $"The region of interest {r.Width} x {r.Height} at ({r.X}, {r.Y}) is not inside the frame of {frameWidth} x {frameHeight} pixels; change the recipe, the model or the camera's image size.";
        foreach (var (number, shape) in LeftOut.Index())
        {
            var (_, _, right, bottom) = shape.Box;
            if (right > frameWidth || bottom > frameHeight)
                return $"Shape {number + 1} of what is left out reaches ({right}, {bottom}), beyond the frame of {frameWidth} x {frameHeight} pixels: it was drawn for larger frames; change the recipe, the model or the camera's image size.";
        }

        return null;
    }

    /// <summary>This area by a model that has learnt with another: its rectangle unless this one has its own, and what either leaves out.</summary>
    public InspectionArea Over(InspectionArea? model) => model is null ? this : new InspectionArea(Region ?? model.Region, [.. model.LeftOut.Union(LeftOut)]);

    /// <summary>What is left out of an input, for one geometry; made again where the geometry is another than the last time. Null where nothing is.</summary>
    /// <param name="model">What the model has learnt with; null for the whole frame.</param>
    /// <param name="taken">The part of the frame that is taken.</param>
    /// <param name="input">What it is resized to.</param>
    internal AreaMask? MaskOf(InspectionArea? model, RegionOfInterest taken, InputSpec input)
    {
        if (LeftOut.Count == 0 && model is not { LeftOut.Count: > 0 }) return null;
        // Threads that race make the same twice; either is good.
        if (_mask is { } made && made.IsFor(LeftOut, model, taken, input)) return made;
        return _mask = AreaMask.Of(LeftOut, model, taken, input);
    }

    /// <inheritdoc/>
    public bool Equals(InspectionArea? other) => other is not null && Region == other.Region && LeftOut.SequenceEqual(other.LeftOut);

    /// <inheritdoc/>
    public override int GetHashCode() => LeftOut.Aggregate(HashCode.Combine(Region), HashCode.Combine);

    private bool PrintMembers(System.Text.StringBuilder text)
    {
        text.Append(System.Globalization.CultureInfo.InvariantCulture, $"Region = {Region}, LeftOut = {LeftOut.Count} shapes");
        return true;
    }
}
