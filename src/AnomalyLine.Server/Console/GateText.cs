using System.Globalization;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Management.Gate;
using Microsoft.Extensions.Localization;

namespace AnomalyLine.Server.Console;

/// <summary>A comparison of two models in the visitor's language, for people who answer for quality rather than for networks. The stored document has the same in English.</summary>
internal static class GateText
{
    /// <summary>What a criterion asks.</summary>
    public static string Title(GateCriterion criterion, IStringLocalizer words) => criterion.Name switch
    {
        "falseRejects" => words["Good parts that are rejected"],
        "rejectEscapes" => words["Confirmed rejects that pass"],
        "plantedEscapes" => words["Drawn-in defects that pass"],
        _ => words["Whether the threshold still fits"],
    };

    /// <summary>What the two models did.</summary>
    public static string Counts(GateCriterion c, IStringLocalizer words) => c.Name switch
    {
        "falseRejects" => words["Of {0} good parts the candidate would reject {1}, the active model {2}.", c.Count, c.CandidateErrors, c.ActiveErrors],
        "rejectEscapes" => words["Of {0} confirmed rejects the candidate would let {1} pass, the active model {2}.", c.Count, c.CandidateErrors, c.ActiveErrors],
        "plantedEscapes" => words["Of {0} defects drawn into pictures of good parts the candidate would let {1} pass, the active model {2}.", c.Count, c.CandidateErrors, c.ActiveErrors],
        _ => words["{0} of {1} good parts are above the threshold that the candidate was given in its training.", c.CandidateErrors, c.Count],
    };

    /// <summary>What follows from it.</summary>
    public static string Meaning(GateCriterion c, IStringLocalizer words) => (c.Name, c.Result) switch
    {
        (_, GateResult.Unproven) when c.Count == 0 => c.Passes ? words["There is nothing of the kind to compare on, and nothing speaks against the candidate."] : words["There is nothing to compare on: approve more samples."],
        ("scoreDrift", GateResult.NotWorse) => words["That is to be expected: so many would come with a chance of {0}.", Chance(c.PValue)],
        ("scoreDrift", _) => words["That is more than chance explains ({0}): parts or pictures have changed since the training. Train on newer parts.", Chance(c.PValue)],
        (_, GateResult.NotWorse) => words["The candidate is at most {0} worse, with 95 % confidence; {1} are allowed.", Percent(c.UpperBound), Percent(c.Margin)],
        (_, GateResult.Worse) => words["The candidate is {0} worse; {1} are allowed. Chance alone would do that in {2} of such comparisons.", Percent(c.Difference), Percent(c.Margin), Percent(c.PValue)],
        _ when c.Passes => words["It could be up to {0} worse, and {1} are allowed; confirmed rejects are too few to show more, which is accepted.", Percent(c.UpperBound), Percent(c.Margin)],
        _ => words["It could be up to {0} worse, and {1} are allowed: too few parts to say. Approve more samples.", Percent(c.UpperBound), Percent(c.Margin)],
    };

    /// <summary>A criterion's result in a word or two.</summary>
    public static string Result(GateResult result, IStringLocalizer words) => result switch
    {
        GateResult.NotWorse => words["not worse"],
        GateResult.Worse => words["worse"],
        _ => words["not enough data"],
    };

    /// <summary>Whose errors the pictures below show.</summary>
    public static string Title(GateDisagreement found, IStringLocalizer words) => (found.Group, found.IsCandidates) switch
    {
        (GateGroup.Normal, true) => words["Good parts that only the candidate rejects"],
        (GateGroup.Reject, true) => words["Confirmed rejects that only the candidate lets pass"],
        (GateGroup.Planted, true) => words["Drawn-in defects that only the candidate lets pass"],
        (GateGroup.Normal, false) => words["Good parts that only the active model rejects"],
        (GateGroup.Reject, false) => words["Confirmed rejects that only the active model lets pass"],
        _ => words["Drawn-in defects that only the active model lets pass"],
    };

    /// <summary>What a frame shows: a kind of drawn-in defect, or the name of the folder of confirmed rejects, which people gave.</summary>
    public static string Kind(GateFrame frame, IStringLocalizer words) => (frame.Group, frame.Kind) switch
    {
        (GateGroup.Normal, _) => words["good part"],
        (GateGroup.Planted, "cut-paste") => words["piece in a wrong place"],
        (GateGroup.Planted, "texture") => words["foreign texture"],
        (GateGroup.Planted, "scratch") => words["scratch"],
        (GateGroup.Planted, "blur") => words["blurred spot"],
        (GateGroup.Planted, "stain") => words["stain"],
        (GateGroup.Planted, "missing-part") => words["missing piece"],
        _ => frame.Kind,
    };

    /// <summary>What a threshold promises.</summary>
    public static string Promise(Calibration calibration, IStringLocalizer words) => calibration.Bound95 is { } bound
        ? words["{0}; {1}", Certificate(calibration, words), words["with this very threshold at most {0}, with 95 % confidence", Percent(bound)].Value]
        : Certificate(calibration, words);

    private static string Certificate(Calibration calibration, IStringLocalizer words) => calibration.IsCertified
        ? words["at most {0} of good parts are rejected, shown on {1} of them", Percent(calibration.CertifiedFalseRejectRate), calibration.Count]
        : words["{0} good parts are too few to promise {1} of rejected ones; they show {2}", calibration.Count, Percent(calibration.WantedFalseRejectRate), Percent(calibration.CertifiedFalseRejectRate)];

    /// <summary>A note in the visitor's language; null where it is one that this release does not know.</summary>
    public static string? Note(string note, IStringLocalizer words)
    {
        if (note.Split(' ') is [var left, "of", var all, "normals", "are", "left", "out:", ..]) return words["{0} of {1} good parts are left out: one of the models learnt from them, or had its threshold from them.", left, all];
        return note.Contains("does not say which frames it learnt from", StringComparison.Ordinal)
            ? words["One of the models does not say which parts it learnt from, so only the parts that were set aside for tests are used."].Value
            : null;
    }

    private static string Percent(double share) => Figures.Percent(Math.Round(share, 3));

    private static string Chance(double chance) => chance < 0.0001 ? "< " + 0.0001.ToString(CultureInfo.CurrentCulture) : chance.ToString("0.####", CultureInfo.CurrentCulture);
}
