using System.Globalization;
using AnomalyLine.Evaluation;

namespace AnomalyLine.Cli.Commands;

/// <summary>An evaluation for people at a terminal.</summary>
internal static class EvaluationText
{
    public static void Write(TextWriter writer, EvaluationResult result, string? report)
    {
        writer.WriteLine($"{result.ModelVersion} on {result.Data}: {result.Counts.Normals} normal and {result.Counts.Anomalous} anomalous frames of {result.Counts.NormalParts} and {result.Counts.AnomalousParts} different parts");
        writer.WriteLine();
        writer.WriteLine($"image   AUROC {Share(result.ImageAuroc)}   AP {Share(result.ImageAp)}   best F1 {Share(result.F1Max)}");
        writer.WriteLine($"pixel   AUROC {Share(result.PixelAuroc)}   AP {Share(result.PixelAp)}   AU-PRO  {Share(result.Aupro)}   at {result.MapWidth} x {result.MapHeight}");
        writer.WriteLine();
        writer.WriteLine($"threshold {result.Threshold.ToString("G6", CultureInfo.InvariantCulture)}: {result.Calibration.Note}");
        writer.WriteLine($"  false rejects {Percent(result.FalseRejectRate)} (95 %: {Percent(result.FalseRejectInterval.Lower)} to {Percent(result.FalseRejectInterval.Upper)})");
        writer.WriteLine($"  escapes       {Percent(result.EscapeRate)} (95 %: {Percent(result.EscapeInterval.Lower)} to {Percent(result.EscapeInterval.Upper)})");
        writer.WriteLine();
        writer.WriteLine($"time    {result.MsPerFrame:0.0} ms a frame on {result.Device}, {result.FramesPerSecond:0.0} frames a second in batches of {Evaluator.BatchSize}; preparing adds {result.PrepareMsPerFrame:0.0} ms");
        if (result.Kinds.Count > 0)
        {
            writer.WriteLine();
            TextTable.Write(writer, ["DEFECT", "FRAMES", "FOUND", "AUROC"], result.Kinds.Select(kind => (IReadOnlyList<string>)[kind.Kind, $"{kind.Count}", $"{kind.Found}", Share(kind.ImageAuroc)]));
        }

        foreach (var note in result.Notes) writer.WriteLine($"note: {note}");
        if (report is not null) writer.WriteLine($"report: {report}");
    }

    private static string Share(double? share) => share is { } known ? known.ToString("0.000", CultureInfo.InvariantCulture) : "-    ";

    private static string Percent(double? rate) => rate is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known * 100:0.0} %") : "-";
}
