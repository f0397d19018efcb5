using System.Globalization;
using AnomalyLine.Evaluation.Metrics;

namespace AnomalyLine.Management.Gate;

/// <summary>
/// The gate's rule. A candidate fails a criterion when its error rate is higher by more than the margin, or when it is higher at all and McNemar's exact test gives less than
/// 5 % to chance. It passes when the upper 95 % bound of the difference is within the margin. Between the two it is unproven, which passes for confirmed rejects,
/// of which there are few, and fails for normals and planted defects, of which anybody can have enough.
/// </summary>
internal static class GateCriteria
{
    private const double Significance = 0.05;

    public static GateCriterion FalseRejects(IEnumerable<GateFrame> frames, double margin) =>
        Paired("falseRejects", "normals", "are rejected", frames.Where(f => f.Group == GateGroup.Normal), margin, needsProof: true);

    public static GateCriterion RejectEscapes(IEnumerable<GateFrame> frames, double margin) =>
        Paired("rejectEscapes", "confirmed rejects", "escape", frames.Where(f => f.Group == GateGroup.Reject), margin, needsProof: false);

    public static GateCriterion PlantedEscapes(IEnumerable<GateFrame> frames, double margin) =>
        Paired("plantedEscapes", "planted defects", "escape", frames.Where(f => f.Group == GateGroup.Planted), margin, needsProof: true);

    /// <summary>Whether the frozen normals fit the candidate's calibration: the chance of so many rejects, were they of the same process.</summary>
    public static GateCriterion ScoreDrift(IReadOnlyList<GateFrame> frames, GateModel candidate, double margin)
    {
        var normals = frames.Where(f => f.Group == GateGroup.Normal).ToArray();
        var calibration = candidate.Calibration;
        var rejected = normals.Count(f => f.CandidateScore > calibration.Threshold);
        var chance = calibration.ChanceOf(rejected, normals.Length);
        var holds = chance >= margin;
        var result = normals.Length == 0 ? GateResult.Unproven : holds ? GateResult.NotWorse : GateResult.Worse;
        var words = $"{rejected} of {normals.Length} frozen normals are above the candidate's calibrated threshold; were they of the same process as its {calibration.Count} calibration frames, so many would have a chance of {Number(chance)}";
        return new GateCriterion(
            "scoreDrift", normals.Length, rejected, normals.Count(f => f.ActiveRejects), 0, 0, 0, 0, chance, margin, result, result == GateResult.NotWorse,
            holds ? $"{words}: the calibration holds." : $"{words}: the scores have drifted, calibrate or train on newer normals.");
    }

    private static GateCriterion Paired(string name, string what, string errs, IEnumerable<GateFrame> members, double margin, bool needsProof)
    {
        var frames = members.ToArray();
        int candidate = frames.Count(f => f.CandidateErrs), active = frames.Count(f => f.ActiveErrs);
        var errors = new PairedErrors(frames.Length, frames.Count(f => f.CandidateErrs && !f.ActiveErrs), frames.Count(f => f.ActiveErrs && !f.CandidateErrs));
        var result = errors.Difference > margin || (errors.Difference > 0 && errors.PValue < Significance) ? GateResult.Worse
            : frames.Length > 0 && errors.UpperBound <= margin ? GateResult.NotWorse
            : GateResult.Unproven;
        var passes = result == GateResult.NotWorse || (result == GateResult.Unproven && !needsProof);
        var counts = $"Of {frames.Length} {what} {candidate} {errs} with the candidate and {active} with the active model";
        var rest = result switch
        {
            GateResult.NotWorse => $"at most {Percent(errors.UpperBound)} more with 95 % confidence, {Percent(margin)} allowed.",
            GateResult.Worse => $"{Percent(errors.Difference)} more (chance {Number(errors.PValue)}), {Percent(margin)} allowed.",
            _ when frames.Length == 0 => needsProof ? "there is nothing to compare on; add frames." : "nothing speaks against it.",
            _ => $"up to {Percent(errors.UpperBound)} more cannot be ruled out, {Percent(margin)} allowed; "
                + (needsProof ? $"it takes {PairedErrors.NeededFor(margin)} frames without a difference, and more with some, to show it." : "too few to show it, which is accepted for confirmed rejects."),
        };
        return new GateCriterion(
            name, frames.Length, candidate, active, errors.OnlyNew, errors.OnlyOld, errors.Difference, errors.UpperBound, errors.PValue, margin, result, passes, $"{counts}: {rest}");
    }

    private static string Percent(double rate) => string.Create(CultureInfo.InvariantCulture, $"{rate * 100:0.#} %");

    private static string Number(double chance) => chance < 0.0001 ? "below 0.0001" : chance.ToString("0.####", CultureInfo.InvariantCulture);
}
