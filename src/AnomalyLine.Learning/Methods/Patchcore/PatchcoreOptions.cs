using AnomalyLine.Learning.Methods.Features;

namespace AnomalyLine.Learning.Methods.Patchcore;

/// <summary>Options of a memory of patches.</summary>
internal sealed record PatchcoreOptions : PlaceOptions
{
    /// <summary>Patches that the memory holds at most after a training, 1..100000; judging takes time in proportion.</summary>
    public int Memory { get; init; } = 4000;

    /// <summary>Side of the square of places whose features are averaged to those of a patch, odd, 1 (none)..9.</summary>
    public int Neighbourhood { get; init; } = 3;

    /// <summary>Numbers that features are projected to at random while the memory is chosen, 8..1024.</summary>
    public int Projection { get; init; } = 128;

    /// <summary>Patches that the memory is chosen from at most, 1000..10000000; of more, as many are drawn at random. Each takes 4 bytes a feature while training.</summary>
    public int Candidates { get; init; } = 50_000;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate()) yield return error;
        if (Memory is < 1 or > 100_000) yield return $"memory is {Memory}; it must be 1..100000 patches.";
        if (Neighbourhood is < 1 or > 9 || Neighbourhood % 2 == 0) yield return $"neighbourhood is {Neighbourhood}; it must be an odd number of places, 1..9.";
        if (Projection is < 8 or > 1024) yield return $"projection is {Projection}; it must be 8..1024.";
        if (Candidates is < 1000 or > 10_000_000) yield return $"candidates is {Candidates}; it must be 1000..10000000 patches.";
    }
}
