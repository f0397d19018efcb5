using AnomalyLine.Detection;
using AnomalyLine.Evaluation.Metrics;
using AnomalyLine.Imaging.Datasets;
using static AnomalyLine.Evaluation.Reports.ReportFigures;

namespace AnomalyLine.Evaluation.Reports;

/// <summary>An evaluation as one HTML file that needs nothing else: style, charts and pictures are inside.</summary>
public static class EvaluationReport
{
    /// <summary>Writes the file; an existing one is replaced.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="result">What came of the evaluation.</param>
    /// <param name="detector">The detector that was evaluated; detects the frames that are shown once more. Runs on the calling thread.</param>
    /// <param name="data">The data set that it was evaluated on.</param>
    /// <param name="losses">Loss of each epoch of its training; null or empty leaves the chart out.</param>
    /// <exception cref="DatasetException">A frame that is shown can no longer be read.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, EvaluationResult result, IDetector detector, DatasetFolder data, IReadOnlyList<double>? losses = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        File.WriteAllText(path, Html(result, detector, data, losses));
    }

    internal static string Html(EvaluationResult result, IDetector detector, DatasetFolder data, IReadOnlyList<double>? losses = null) => $"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Text(result.Method)} on {Text(result.Data)} · AnomalyLine evaluation</title><style>{ReportStyle.Css}</style></head><body>
        <header><div class="wrap"><div class="brand">AnomalyLine · Evaluation report</div><h1>{Text(result.Method)} on {Text(result.Data)}</h1>{Facts(result)}</div></header>
        <main class="wrap">
        <section><h2>On the line</h2><p class="lead">What the calibrated threshold of {result.Threshold:0.####} does to the test parts. {Text(result.Calibration.Note)}</p><div class="cards">{OnTheLine(result)}</div></section>
        <section><h2>Separation</h2><p class="lead">How well the scores tell normal from anomalous, whatever the threshold. The first row judges whole frames, the second single places.</p><div class="cards">{Separation(result)}</div></section>
        {Charts(result)}
        {KindTable(result)}
        <section><h2>Frames</h2><p class="lead">The hardest and the clearest test frames: the frame, and the anomaly map over it. One colour scale for all: no colour below half the pixel threshold of {result.Calibration.PixelThreshold:0.####}, orange at it, dark red from twice it on.</p>{ReportPictures.Html(result, detector, data)}</section>
        {Training(losses)}
        {Notes(result)}
        </main><footer class="wrap">Figures over places are taken at {result.MapWidth} × {result.MapHeight}; masks are resized to it by the nearest pixel. A frame is rejected when its score is above the threshold.
        Intervals are Clopper–Pearson.</footer></body></html>
        """;

    private static string Facts(EvaluationResult result) => "<dl>"
        + Fact("Model", result.ModelVersion) + Fact("Data", result.Data) + Fact("Test frames", $"{result.Counts.Normals} normal, {result.Counts.Anomalous} anomalous")
        + Fact("Different parts", $"{result.Counts.NormalParts} normal, {result.Counts.AnomalousParts} anomalous; {result.Calibration.Count} normal in the calibration")
        + Fact("Device", result.Device) + Fact("Date", $"{result.EvaluationTime:yyyy-MM-dd HH:mm} UTC") + "</dl>";

    private static string Fact(string name, string value) => $"<div><dt>{name}</dt><dd>{Text(value)}</dd></div>";

    private static string Charts(EvaluationResult result)
    {
        float[] normal = [.. Scores(result, normal: true)], anomalous = [.. Scores(result, normal: false)];
        var roc = "";
        if (result.FalseRejectRate is { } rejected && result.EscapeRate is { } escaped)
        {
            float[] scores = [.. normal, .. anomalous];
            var points = RocCurve.Of(scores, [.. normal.Select(_ => false), .. anomalous.Select(_ => true)]);
            roc = $"<div><p class=\"legend\">Any threshold; the dot is the calibrated one</p>{ReportCharts.Roc(points, rejected, 1 - escaped)}</div>";
        }

        return $"""
            <section><h2>Scores</h2><p class="lead">Each kind is shown as shares of itself. What is right of the line is rejected.</p><div class="charts"><div>
            <p class="legend"><i style="background:var(--normal)"></i>normal ({normal.Length})<i style="background:var(--bad)"></i>anomalous ({anomalous.Length})</p>{ReportCharts.Histogram(normal, anomalous, result.Threshold)}</div>{roc}</div></section>
            """;
    }

    private static IEnumerable<float> Scores(EvaluationResult result, bool normal) =>
        result.Frames.Where(frame => string.Equals(frame.Kind, DatasetFrame.Good, StringComparison.Ordinal) == normal).Select(frame => frame.Score);

    private static string KindTable(EvaluationResult result) => result.Kinds.Count == 0
        ? ""
        : $"<section><h2>Kinds of defect</h2><p class=\"lead\">Found means rejected at the calibrated threshold; the AUROC is of this kind against all normal frames.</p>{Kinds(result.Kinds)}</section>";

    private static string Training(IReadOnlyList<double>? losses) => losses is not { Count: > 0 }
        ? ""
        : $"<section><h2>Training</h2><p class=\"lead\">Mean loss of each of {losses.Count} epochs. Still falling at the end: a longer training may do better.</p><div class=\"charts\"><div>{ReportCharts.Losses(losses)}</div></div></section>";

    private static string Notes(EvaluationResult result) => result.Notes.Count == 0
        ? ""
        : $"<section><h2>Notes</h2><ul>{string.Concat(result.Notes.Select(note => $"<li>{Text(note)}</li>"))}</ul></section>";
}
