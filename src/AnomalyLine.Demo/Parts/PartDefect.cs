namespace AnomalyLine.Demo.Parts;

/// <summary>Defects that can be planted on a rendered part.</summary>
public enum PartDefect
{
    /// <summary>A thin bright or dark line across the metal, slightly bent.</summary>
    Scratch,

    /// <summary>A shallow crater with a raised rim.</summary>
    Dent,

    /// <summary>A brownish, ragged patch of rust or burnt oil.</summary>
    Stain,

    /// <summary>A bolt hole or dowel hole that was not drilled, or the engraved mark that was not cut.</summary>
    MissingFeature,
}
