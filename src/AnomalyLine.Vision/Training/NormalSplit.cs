namespace AnomalyLine.Vision.Training;

/// <summary>Normal frames by what they serve; none serves two things. The same seed and shares give the same split, whatever the method.</summary>
/// <param name="Trained">To learn from.</param>
/// <param name="Validated">To stop early by; empty where that is off.</param>
/// <param name="HeldOut">To calibrate with.</param>
internal sealed record NormalSplit(IReadOnlyList<string> Trained, IReadOnlyList<string> Validated, IReadOnlyList<string> HeldOut)
{
    private const int LeastNormals = 5, LeastTrained = 2;
    private const double ValidationShare = 0.1;

    /// <summary>Splits at random.</summary>
    /// <param name="normals">All normal frames.</param>
    /// <param name="seed">Decides which frame goes where.</param>
    /// <param name="heldOutShare">Share of all that is held out, above 0, at most 0.5.</param>
    /// <param name="validate">Whether a tenth of the others is for validation.</param>
    /// <exception cref="TrainingException">There are too few.</exception>
    public static NormalSplit Of(IReadOnlyList<string> normals, int seed, double heldOutShare, bool validate)
    {
        if (normals.Count < LeastNormals)
            throw new TrainingException($"The folder has {normals.Count} normal frames; training needs at least {LeastNormals}, and about 100 to certify a false-reject rate of 5 %.");
        var shuffled = normals.ToArray();
        new Random(seed).Shuffle(shuffled);
        var held = Math.Max(1, (int)Math.Round(normals.Count * heldOutShare));
        var validated = validate ? Math.Max(2, (int)Math.Round((normals.Count - held) * ValidationShare)) : 0;
        if (normals.Count - held - validated < LeastTrained)
            throw new TrainingException($"Of {normals.Count} normal frames {held} are held out and {validated} are for validation, which leaves too few to train on; add frames or set patience=0.");
        return new(shuffled[(held + validated)..], shuffled[held..(held + validated)], shuffled[..held]);
    }
}
