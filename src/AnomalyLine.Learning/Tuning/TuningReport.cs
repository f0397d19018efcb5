using System.Text;
using AnomalyLine.Evaluation.Reports;
using static AnomalyLine.Evaluation.Reports.ReportFigures;

namespace AnomalyLine.Learning.Tuning;

/// <summary>A choice of method as one HTML file that needs nothing else.</summary>
public static class TuningReport
{
    /// <summary>Writes the file; an existing one is replaced.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, TuningResult result)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(result);
        File.WriteAllText(path, Html(result));
    }

    internal static string Html(TuningResult result) => $"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Choice of method · AnomalyLine</title><style>{ReportStyle.Css}</style></head><body>
        <header><div class="wrap"><div class="brand">AnomalyLine · Choice of method</div><h1>{Text(result.Trials[0].Method)} was chosen</h1>
        <dl><div><dt>Model</dt><dd>{Text(result.Model.Version)}</dd></div><div><dt>Trained on</dt><dd>{result.Model.Manifest.TrainingSet.Count} normal frames</dd></div>
        <div><dt>Defects planted on</dt><dd>{result.Frames} held-out normal frames</dd></div><div><dt>Time</dt><dd>{result.Elapsed.TotalMinutes:0.0} minutes</dd></div></dl></div></header>
        <main class="wrap">
        <section><h2>Why</h2><p class="lead">{Text(result.Reason)} Models are ranked by the mean of both areas under the curve. The planted defects rank the methods; they do not foretell how real defects are found.</p></section>
        <section><h2>All trials</h2><p class="lead">Round 1: every method that is fast enough, trained shortly. Round 2: the best three, longer. Round 3: the best one, longest.</p>{Table(result.Trials)}</section>
        <section><h2>By kind of defect</h2><p class="lead">Image AUROC: the chance that the frame with the planted defect scores above a normal one.</p>{Kinds(result.Trials)}</section>
        <section><h2>Training of the chosen model</h2><p class="lead">Mean loss of each epoch.</p><div class="charts"><div>{ReportCharts.Losses(result.Model.Manifest.Losses)}</div></div></section>
        </main></body></html>
        """;

    private static string Table(IReadOnlyList<TuningTrial> trials)
    {
        var rows = new StringBuilder("""<table><thead><tr><th>Method</th><th>Preset</th><th class="n">Round</th><th class="n">Minutes</th><th class="n">ms a frame</th><th class="n">Found</th><th class="n">Image AUROC</th><th class="n">Pixel AUROC</th><th></th></tr></thead><tbody>""");
        foreach (var trial in trials)
        {
            rows.Append($"""<tr><td>{Text(trial.Method)}</td><td>{Text(trial.Preset)}</td><td class="n">{(trial.Round == 0 ? "–" : $"{trial.Round}")}</td><td class="n">{trial.Minutes:0.0}</td>""")
                .Append($"""<td class="n">{(double.IsFinite(trial.MsPerFrame) ? $"{trial.MsPerFrame:0.0}" : "–")}</td><td class="n">{Share(trial.Score?.Found)}</td><td class="n">{Share(trial.Score?.ImageAuroc)}</td><td class="n">{Share(trial.Score?.PixelAuroc)}</td>""")
                .Append($"""<td>{(trial.IsChosen ? "<strong>chosen</strong>" : Text(trial.Note))}</td></tr>""");
        }

        return rows.Append("</tbody></table>").ToString();
    }

    private static string Kinds(IReadOnlyList<TuningTrial> trials)
    {
        var scored = trials.Where(t => t.Score is not null).ToArray();
        var kinds = scored.SelectMany(t => t.Score!.ImageAurocOfKind.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var rows = new StringBuilder($"<table><thead><tr><th>Method</th>{string.Concat(kinds.Select(k => $"<th class=\"n\">{Text(k)}</th>"))}</tr></thead><tbody>");
        foreach (var trial in scored)
        {
            rows.Append($"<tr><td>{Text(trial.Method)} ({Text(trial.Preset)}, round {trial.Round})</td>")
                .AppendJoin("", kinds.Select(k => $"<td class=\"n\">{Share(trial.Score!.ImageAurocOfKind.TryGetValue(k, out var auroc) ? auroc : null)}</td>")).Append("</tr>");
        }

        return rows.Append("</tbody></table>").ToString();
    }
}
