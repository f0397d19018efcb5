using System.Net;
using System.Text;
using AnomalyLine.Vision.Training;

namespace AnomalyLine.Management.Gate;

/// <summary>A comparison as one HTML file that needs nothing else: style and pictures are inside.</summary>
internal static class GateDocument
{
    private const int MostPictures = 12;

    public static string Html(GateReport report, GatePictures pictures) => $"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Text(report.Candidate.Version)} against {Text(report.Active.Version)} · AnomalyLine gate</title><style>{ReportStyle.Css} figure div.three {"{"} grid-template-columns: 1fr 1fr 1fr; {"}"}</style></head><body>
        <header><div class="wrap"><div class="brand">AnomalyLine · Gate</div><h1>{(report.Passes ? "The gate passes" : "The gate does not pass")}</h1><dl>
        {Fact("Candidate", report.Candidate.Version)}{Fact("Active", report.Active.Version)}{Fact("Date", $"{report.Time:yyyy-MM-dd HH:mm} UTC")}{Fact("Frozen set", report.DataDigest[..12])}</dl></div></header>
        <main class="wrap">
        <section tabindex="0"><h2>Criteria</h2><p class="lead">Both models judged the same frames. What only one of them gets wrong tells them apart: the bound is that of the exact intervals (Clopper–Pearson, 95 %), the chance that of McNemar's exact test.</p>{Criteria(report)}</section>
        <section tabindex="0"><h2>Models</h2>{Models(report)}</section>
        {Disagreements(report, pictures)}
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

    private static string Disagreements(GateReport report, GatePictures pictures)
    {
        var html = new StringBuilder();
        foreach (var (group, isCandidate, title) in new[]
        {
            (GateGroup.Normal, true, "Normals that only the candidate rejects"), (GateGroup.Reject, true, "Confirmed rejects that only the candidate passes"),
            (GateGroup.Planted, true, "Planted defects that only the candidate passes"), (GateGroup.Normal, false, "Normals that only the active model rejects"),
            (GateGroup.Reject, false, "Confirmed rejects that only the active model passes"), (GateGroup.Planted, false, "Planted defects that only the active model passes"),
        })
        {
            var frames = report.Frames.Where(f => f.IsDisagreement && f.Group == group && f.CandidateErrs == isCandidate).ToArray();
            if (frames.Length == 0) continue;
            var shown = frames.Length > MostPictures ? $"the first {MostPictures} of {frames.Length}" : $"{frames.Length}";
            html.Append($"""<h3>{title} <span>{shown}</span></h3><div class="frames">{string.Concat(frames.Take(MostPictures).Select(f => Figure(f, pictures)))}</div>""");
        }

        return $"""<section><h2>Disagreements</h2><p class="lead">The frame, the candidate's anomaly map, the active model's.</p>{(html.Length == 0 ? "<p>None: both models judged every frame alike.</p>" : html)}</section>""";
    }

    private static string Figure(GateFrame frame, GatePictures pictures) => $"""
        <figure><div class="three">{string.Concat(pictures.Of(frame).Select((jpeg, i) => $"""<img alt="{(i == 0 ? "frame" : i == 1 ? "candidate" : "active")}" src="data:image/jpeg;base64,{Convert.ToBase64String(jpeg)}">"""))}</div>
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
