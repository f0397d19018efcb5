using System.Net;
using System.Text;
using AnomalyLine.Evaluation.Reports;

namespace AnomalyLine.Management.Gate;

/// <summary>A comparison as one HTML file that needs nothing else: style and pictures are inside.</summary>
public static class GateDocument
{
    /// <summary>Pictures of each frame: the frame itself, the candidate's map over it, the active model's.</summary>
    public const int PicturesOfAFrame = 3;

    private const string PictureStart = "src=\"data:image/jpeg;base64,";

    /// <summary>A picture out of a document.</summary>
    /// <param name="html">The document.</param>
    /// <param name="number">0, 1, …: <see cref="PicturesOfAFrame"/> for each frame of <see cref="GateReport.Disagreements"/> that is shown, in their order.</param>
    /// <returns>A JPEG file; null where the document has fewer.</returns>
    public static byte[]? FindPicture(string html, int number)
    {
        ArgumentNullException.ThrowIfNull(html);
        var at = -1;
        for (var i = 0; i <= number; i++)
            if ((at = html.IndexOf(PictureStart, at + 1, StringComparison.Ordinal)) < 0) return null;
        var start = at + PictureStart.Length;
        var end = html.IndexOf('"', start);
        return end < 0 ? null : Convert.FromBase64String(html[start..end]);
    }

    internal static string Html(GateReport report, Func<GateFrame, IReadOnlyList<byte[]>> picturesOf) => $"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Text(report.Candidate.Version)} against {Text(report.Active.Version)} · AnomalyLine gate</title><style>{ReportStyle.Css} figure div.three {"{"} grid-template-columns: 1fr 1fr 1fr; {"}"}</style></head><body>
        <header><div class="wrap"><div class="brand">AnomalyLine · Gate</div><h1>{(report.Passes ? "The gate passes" : "The gate does not pass")}</h1><dl>
        {Fact("Candidate", report.Candidate.Version)}{Fact("Active", report.Active.Version)}{Fact("Date", $"{report.Time:yyyy-MM-dd HH:mm} UTC")}{Fact("Frozen set", report.DataDigest[..12])}</dl></div></header>
        <main class="wrap">
        <section tabindex="0"><h2>Criteria</h2><p class="lead">Both models judged the same frames. What only one of them gets wrong tells them apart: the bound is that of the exact intervals (Clopper–Pearson, 95 %), the chance that of McNemar's exact test.</p>{Criteria(report)}</section>
        <section tabindex="0"><h2>Models</h2>{Models(report)}</section>
        {Disagreements(report, picturesOf)}
        {Notes(report)}
        </main></body></html>
        """;

    private static string Criteria(GateReport report)
    {
        var rows = new StringBuilder("""<table><thead><tr><th>Criterion</th><th class="n">Frames</th><th class="n">Candidate</th><th class="n">Active</th><th class="n">Only candidate</th><th class="n">Only active</th><th>Result</th><th></th></tr></thead><tbody>""");
        foreach (var c in report.Criteria)
        {
            rows.Append($"""<tr><td>{Name(c.Name)}</td><td class="n">{c.Count}</td><td class="n">{c.CandidateErrors}</td><td class="n">{c.ActiveErrors}</td><td class="n">{c.OnlyCandidate}</td><td class="n">{c.OnlyActive}</td>""")
                .Append($"""<td><span class="tag{(c.Passes ? "" : " wrong")}" style="float:none">{Result(c.Result)}</span></td><td>{Text(c.Sentence)}</td></tr>""");
        }

        return rows.Append("</tbody></table>").ToString();
    }

    private static string Models(GateReport report) => """<table><thead><tr><th></th><th>Version</th><th class="n">Threshold</th><th class="n">Median normal score</th><th>Calibration</th></tr></thead><tbody>"""
        + Row("Candidate", report.Candidate) + Row("Active", report.Active) + "</tbody></table>";

    private static string Row(string name, GateModel model) =>
        $"""<tr><td>{name}</td><td>{Text(model.Version)}</td><td class="n">{model.Threshold:G6}</td><td class="n">{model.MedianNormalScore:G6}</td><td>{Text(model.Calibration.Note)}</td></tr>""";

    private static string Disagreements(GateReport report, Func<GateFrame, IReadOnlyList<byte[]>> picturesOf)
    {
        var html = new StringBuilder();
        foreach (var found in report.Disagreements)
        {
            var title = found.Group switch { GateGroup.Normal => "Normals", GateGroup.Reject => "Confirmed rejects", _ => "Planted defects" };
            var who = $"that only the {(found.IsCandidates ? "candidate" : "active model")} {(found.Group == GateGroup.Normal ? "rejects" : "passes")}";
            var shown = found.Count > found.Shown.Count ? $"the first {found.Shown.Count} of {found.Count}" : $"{found.Count}";
            html.Append($"""<h3>{title} {who} <span>{shown}</span></h3><div class="frames">{string.Concat(found.Shown.Select(f => Figure(f, picturesOf)))}</div>""");
        }

        return $"""<section><h2>Disagreements</h2><p class="lead">The frame, the candidate's anomaly map, the active model's.</p>{(html.Length == 0 ? "<p>None: both models judged every frame alike.</p>" : html)}</section>""";
    }

    private static string Figure(GateFrame frame, Func<GateFrame, IReadOnlyList<byte[]>> picturesOf) => $"""
        <figure><div class="three">{string.Concat(picturesOf(frame).Select((jpeg, i) => $"""<img alt="{(i == 0 ? "frame" : i == 1 ? "candidate" : "active")}" {PictureStart}{Convert.ToBase64String(jpeg)}">"""))}</div>
        <figcaption>{Text(frame.Kind)} · candidate <strong>{frame.CandidateScore:0.####}</strong> · active <strong>{frame.ActiveScore:0.####}</strong> · {Text(frame.Path)}</figcaption></figure>
        """;

    private static string Notes(GateReport report) => report.Notes.Count == 0
        ? ""
        : $"<section><h2>Notes</h2><ul>{string.Concat(report.Notes.Select(note => $"<li>{Text(note)}</li>"))}</ul></section>";

    private static string Name(string criterion) => criterion switch
    {
        "falseRejects" => "False rejects",
        "rejectEscapes" => "Escapes, confirmed rejects",
        "plantedEscapes" => "Escapes, planted defects",
        _ => "Score drift",
    };

    private static string Result(GateResult result) => result switch
    {
        GateResult.NotWorse => "not worse",
        GateResult.Worse => "worse",
        _ => "unproven",
    };

    private static string Fact(string name, string value) => $"<div><dt>{name}</dt><dd>{Text(value)}</dd></div>";

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
