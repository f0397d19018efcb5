namespace AnomalyLine.Imaging;

/// <summary>How the points of an <see cref="AreaShape"/> are read.</summary>
public enum AreaShapeKind
{
    /// <summary>Two opposite corners.</summary>
    Rectangle,

    /// <summary>Two opposite corners of the box around it; a circle where the box is a square.</summary>
    Ellipse,

    /// <summary>Three corners or more, in order; it closes by itself.</summary>
    Polygon,

    /// <summary>The way of a round brush; one point is a dot.</summary>
    Stroke,
}
