using System.Text.Json.Serialization;

namespace AnomalyLine.Imaging;

/// <summary>A shape on a frame. Coordinates are pixels of the frame, from its top left corner. Immutable; two of the same values are equal.</summary>
/// <param name="Kind">How the points are read.</param>
/// <param name="Points">x and y of each point in turn: 2 points for a rectangle or an ellipse, 3..<see cref="MostPoints"/> for a polygon, 1..<see cref="MostPoints"/> for a stroke.</param>
/// <param name="Width">Diameter of a stroke's brush, 1..<see cref="MostWidth"/>; 0 for other shapes.</param>
public sealed record AreaShape(
    [property: JsonConverter(typeof(JsonStringEnumConverter<AreaShapeKind>))] AreaShapeKind Kind,
    IReadOnlyList<int> Points,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Width = 0)
{
    /// <summary>Points that a polygon or a stroke has at most.</summary>
    public const int MostPoints = 1000;

    /// <summary>Diameter of a brush at most, pixels.</summary>
    public const int MostWidth = 2000;

    /// <summary>The rectangle that has the points; a stroke reaches beyond it by half its width.</summary>
    [JsonIgnore]
    internal (int Left, int Top, int Right, int Bottom) Box =>
        (Points.Where((_, i) => i % 2 == 0).Min(), Points.Where((_, i) => i % 2 == 1).Min(), Points.Where((_, i) => i % 2 == 0).Max(), Points.Where((_, i) => i % 2 == 1).Max());

    /// <summary>What is wrong with it; null where nothing is.</summary>
    public string? Check()
    {
        if (!Enum.IsDefined(Kind)) return $"its kind {(int)Kind} is none of {string.Join(", ", Enum.GetNames<AreaShapeKind>())}";
        if (Points is null || Points.Count % 2 != 0) return "its points are not pairs of x and y";
        var (count, (least, most)) = (Points.Count / 2, Kind switch { AreaShapeKind.Polygon => (3, MostPoints), AreaShapeKind.Stroke => (1, MostPoints), _ => (2, 2) });
        if (count < least || count > most) return $"it has {count} points; a {Kind.ToString().ToLowerInvariant()} has {(least == most ? $"{least}" : $"{least}..{most}")}";
        if (Points.Any(p => p is < 0 or > Frame.MaxSide)) return $"a point is not within 0..{Frame.MaxSide} pixels";
        if (Kind is AreaShapeKind.Rectangle or AreaShapeKind.Ellipse && (Points[0] == Points[2] || Points[1] == Points[3])) return "it has no width or no height";
        if (Kind == AreaShapeKind.Stroke ? Width is < 1 or > MostWidth : Width != 0)
            return Kind == AreaShapeKind.Stroke ? $"its brush is {Width} pixels wide, not 1..{MostWidth}" : "only a stroke has a width";
        return null;
    }

    /// <inheritdoc/>
    public bool Equals(AreaShape? other) => other is not null && Kind == other.Kind && Width == other.Width && Points.SequenceEqual(other.Points);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Kind);
        hash.Add(Width);
        foreach (var point in Points) hash.Add(point);
        return hash.ToHashCode();
    }
}
