namespace AnomalyLine.Vision.Training;

/// <summary>Normal frames by what they serve; none serves two things. The same seed and shares give the same split, whatever the method.</summary>
/// <param name="Trained">To learn from.</param>
/// <param name="Validated">To stop early by; empty where that is off.</param>
/// <param name="HeldOut">To calibrate with.</param>
internal sealed record NormalSplit(IReadOnlyList<string> Trained, IReadOnlyList<string> Validated, IReadOnlyList<string> HeldOut)
{
    private const int LeastNormals = 5, LeastTrained = 2;
    private const double ValidationShare = 0.1;

    /// <summary>Frames that validation gets of so many normals.</summary>
    public static int ValidatedOf(int normals, double heldOutShare) => Math.Max(2, (int)Math.Round((normals - HeldOutOf(normals, heldOutShare)) * ValidationShare));

    /// <summary>Splits at random.</summary>
    /// <param name="normals">All normal frames.</param>
    /// <param name="seed">Decides which frame goes where.</param>
    /// <param name="heldOutShare">Share of all that is held out, above 0, at most 0.5.</param>
    /// <param name="validate">Whether a tenth of the others is for validation.</param>
    /// <param name="clip">Frames that are judged together, 1 for none.</param>
    /// <param name="known">Frames that the model has learnt from already: they are trained on or validate, and are never held out. At most half of the others is.</param>
    /// <exception cref="TrainingException">There are too few.</exception>
    public static NormalSplit Of(IReadOnlyList<string> normals, int seed, double heldOutShare, bool validate, int clip = 1, IReadOnlySet<string>? known = null)
    {
        if (normals.Count < LeastNormals)
            throw new TrainingException($"The folder has {normals.Count} normal frames; training needs at least {LeastNormals}, and about 100 to certify a false-reject rate of 5 %.");
        var order = normals.ToArray();

        // Clips at random places would share frames: theirs are cut in order, with a clip's length between.
        if (clip == 1) new Random(seed).Shuffle(order);
        else Array.Reverse(order);
        var gap = clip - 1;
        var held = HeldOutOf(normals.Count, heldOutShare);
        if (known is { Count: > 0 })
        {
            var fresh = normals.Count - known.Count;
            if (fresh == 0) throw new TrainingException($"All {normals.Count} normal frames were trained on by the model to start from, so none can calibrate the new one; add new frames.");
            held = clip == 1 ? Math.Min(held, (fresh + 1) / 2) : held;
            if (clip == 1) order = [.. order.OrderBy(known.Contains)];
            else if (Array.Exists(order[..held], known.Contains)) throw new TrainingException("The last frames of the clips, which calibrate, were trained on by the model to start from; add newer clips.");
        }

        var validated = validate ? ValidatedOf(normals.Count, heldOutShare) : 0;
        var (validation, training) = (held + gap, held + gap + (validate ? validated + gap : 0));
        if (normals.Count - training < LeastTrained)
        {
            throw new TrainingException(
                $"Of {normals.Count} normal frames {held} are held out and {validated} are for validation{(gap > 0 ? $", with {gap} between for clips of {clip}" : "")}, which leaves too few to train on; add frames{(validate ? " or set patience=0" : "")}.");
        }

        return new(order[training..], validate ? order[validation..(validation + validated)] : [], order[..held]);
    }

    private static int HeldOutOf(int normals, double share) => Math.Max(1, (int)Math.Round(normals * share));
}
