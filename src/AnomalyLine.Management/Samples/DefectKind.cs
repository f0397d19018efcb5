using AnomalyLine.Imaging;

namespace AnomalyLine.Management.Samples;

/// <summary>A kind of defect that the plant has on its list, to choose from in a review.</summary>
public sealed record DefectKind
{
    /// <summary>Longest name, characters.</summary>
    public const int MaxLength = 64;

    /// <summary>What people call it, such as "Kratzer groß": 1..64 characters, none of them a control character; no two are the same.</summary>
    public required string Name { get; init; }

    /// <summary>When it came onto the list, which is in this order.</summary>
    public DateTimeOffset CreationTime { get; init; }

    /// <summary>Who put it there.</summary>
    public string CreatedBy { get; init; } = "";

    /// <summary>Why a text cannot name a kind, such as "has 70 characters; use at most 64"; null where it can. The empty text names none and is no fault.</summary>
    public static string? Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > MaxLength) return $"has {name.Length} characters; use at most {MaxLength}";
        if (name != name.Trim()) return "begins or ends with a space; leave it out";
        return ControlCharacters.Check(name);
    }
}
