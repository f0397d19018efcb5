using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Learning.Training;

/// <summary>Normal parts by what they serve; none serves two things, with all of its frames. The same seed and shares give the same split, whatever the method.</summary>
/// <param name="Trained">To learn from: all frames of each part, equal ones once.</param>
/// <param name="Validated">To stop early by, a frame of each part; empty where that is off.</param>
/// <param name="HeldOut">
/// To calibrate with, a frame of each part: <see cref="Part.Sample"/>. A further part gives a frame at random too, so that its score and theirs are exchangeable; the largest of a
/// burst would hold as well, but reject more defects as good, and all of a burst would count one part many times.
/// </param>
/// <param name="Learnt">All files of the parts that are trained on or validate.</param>
internal sealed record NormalSplit(IReadOnlyList<string> Trained, IReadOnlyList<string> Validated, IReadOnlyList<string> HeldOut, IReadOnlyList<string> Learnt)
{
    private const int LeastNormals = 5, LeastTrained = 2;
    private const double ValidationShare = 0.1;

    /// <summary>Parts that validation gets of so many.</summary>
    public static int ValidatedOf(int normals, double heldOutShare) => Math.Max(2, (int)Math.Round((normals - HeldOutOf(normals, heldOutShare)) * ValidationShare));

    /// <summary>Splits at random.</summary>
    /// <param name="groups">All normal parts.</param>
    /// <param name="seed">Decides which part goes where.</param>
    /// <param name="heldOutShare">Share of all that is held out, above 0, at most 0.5.</param>
    /// <param name="validate">Whether a tenth of the others is for validation.</param>
    /// <param name="clip">Frames that are judged together, 1 for none.</param>
    /// <param name="known">Files that the model has learnt from already: their parts are trained on or validate, and are never held out. At most half of the others is.</param>
    /// <exception cref="TrainingException">There are too few.</exception>
    public static NormalSplit Of(PartGroups groups, int seed, double heldOutShare, bool validate, int clip = 1, IReadOnlySet<string>? known = null)
    {
        var order = groups.Parts.ToArray();
        if (order.Length < LeastNormals) throw TooFew(groups);

        // Clips at random places would share frames: theirs are cut in order, with a clip's length between.
        if (clip == 1) new Random(seed).Shuffle(order);
        else Array.Reverse(order);
        var (normals, gap) = (order.Length, clip - 1);
        var held = HeldOutOf(normals, heldOutShare);
        if (known is { Count: > 0 })
        {
            bool IsKnown(Part part) => part.Files.Any(known.Contains);
            var fresh = normals - order.Count(IsKnown);
            if (fresh == 0) throw new TrainingException($"All {normals} normal frames were trained on by the model to start from, so none can calibrate the new one; add new frames.");
            held = clip == 1 ? Math.Min(held, (fresh + 1) / 2) : held;
            if (clip == 1) order = [.. order.OrderBy(IsKnown)];
            else if (Array.Exists(order[..held], IsKnown)) throw new TrainingException("The last frames of the clips, which calibrate, were trained on by the model to start from; add newer clips.");
        }

        var validated = validate ? ValidatedOf(normals, heldOutShare) : 0;
        var (validation, training) = (held + gap, held + gap + (validate ? validated + gap : 0));
        if (normals - training < LeastTrained)
        {
            throw new TrainingException(
                $"Of {normals} normal frames {held} are held out and {validated} are for validation{(gap > 0 ? $", with {gap} between for clips of {clip}" : "")}, which leaves too few to train on; add frames{(validate ? " or set patience=0" : "")}.");
        }

        Part[] trained = order[training..], validating = validate ? order[validation..(validation + validated)] : [];
        return new(
            [.. trained.SelectMany(p => p.Frames)], [.. validating.Select(p => p.Sample)], [.. order[..held].Select(p => p.Sample)],
            [.. trained.Concat(validating).SelectMany(p => p.Files)]);
    }

    /// <summary>
    /// Splits for cross calibration: one that learns from all parts, and of each fold one that holds its parts out and learns from the others. Each part is in one fold, with all of its frames.
    /// </summary>
    /// <param name="groups">All normal parts.</param>
    /// <param name="seed">Decides which part goes where.</param>
    /// <param name="folds">How many; fewer where there are fewer parts.</param>
    /// <param name="validate">Whether a tenth of the parts that a split learns from is for validation.</param>
    /// <exception cref="TrainingException">There are too few.</exception>
    public static (NormalSplit All, IReadOnlyList<NormalSplit> Folds) Cross(PartGroups groups, int seed, int folds, bool validate)
    {
        var order = groups.Parts.ToArray();
        if (order.Length < LeastNormals) throw TooFew(groups);
        new Random(seed).Shuffle(order);
        var count = Math.Min(folds, order.Length);
        NormalSplit Without(Part[] held)
        {
            Part[] rest = [.. order.Except(held)];
            Part[] validated = validate ? rest[..Math.Max(2, (int)Math.Round(rest.Length * ValidationShare))] : [];
            var trained = rest[validated.Length..];
            if (trained.Length < LeastTrained) throw TooFew(groups);
            return new([.. trained.SelectMany(p => p.Frames)], [.. validated.Select(p => p.Sample)], [.. held.Select(p => p.Sample)], [.. rest.SelectMany(p => p.Files)]);
        }

        return (Without([]), [.. Enumerable.Range(0, count).Select(fold => Without([.. order.Where((_, i) => i % count == fold)]))]);
    }

    /// <summary>Splits for a model that further parts are added to: it learns all that are new to it, and those that it was calibrated with, and has not learnt from, calibrate it again.</summary>
    /// <param name="groups">All normal parts.</param>
    /// <param name="known">Files that the model has learnt from.</param>
    /// <param name="calibrated">Files that it was calibrated with.</param>
    /// <exception cref="TrainingException">No part is new.</exception>
    public static NormalSplit Added(PartGroups groups, IReadOnlySet<string> known, IReadOnlySet<string> calibrated)
    {
        Part[] unlearnt = [.. groups.Parts.Where(part => !part.Files.Any(known.Contains))];
        Part[] added = [.. unlearnt.Where(part => !part.Files.Any(calibrated.Contains))];
        if (added.Length == 0) throw new TrainingException($"None of {groups.Parts.Count} normal frames is new: the model to start from has learnt from them or was calibrated with them; add new frames.");
        return new(
            [.. added.SelectMany(p => p.Frames)], [], [.. unlearnt.Except(added).Select(p => p.Files.First(calibrated.Contains))], [.. added.SelectMany(p => p.Files)]);
    }

    private static TrainingException TooFew(PartGroups groups) => new(
        $"The folder has {groups.Parts.Count} normal frames{(groups.Files > groups.Parts.Count ? $" of different parts ({groups.Files} with their copies)" : "")}; "
        + $"training needs at least {LeastNormals}, and about 100 to certify a false-reject rate of 5 %.{string.Concat(groups.Unreadable.Take(1).Select(e => $" {groups.Unreadable.Count} cannot be read: {e}"))}");

    private static int HeldOutOf(int normals, double share) => Math.Max(1, (int)Math.Round(normals * share));
}
