using AnomalyLine.Contracts.V1;
using ControlCharacters = AnomalyLine.Imaging.ControlCharacters;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Client;

/// <summary>An inspection as a line of text or a JSON object.</summary>
public static class InspectionText
{
    /// <summary>For a terminal: control characters, which logs of older releases may have, are written out.</summary>
    public static string Line(Wire.Inspection inspection) => ControlCharacters.Escape(
        $"#{inspection.Sequence,-6} {inspection.PartId,-20} {Word(inspection.Verdict),-13} {inspection.Score:G5} / {inspection.Threshold:G5}  {inspection.Timings?.TotalMs:0.0} ms"
        + (inspection.Verdict == Verdict.NotDecidable ? $"  {inspection.ReasonText}" : ""));

    public static object Describe(Wire.Inspection inspection) => new
    {
        station = inspection.Station,
        sequence = inspection.Sequence,
        partId = inspection.PartId,
        productId = inspection.ProductId,
        verdict = Word(inspection.Verdict),
        reasonCode = inspection.ReasonCode,
        reasonText = inspection.ReasonText,
        score = inspection.Score,
        threshold = inspection.Threshold,
        regions = inspection.Regions.Select(region => new { region.X, region.Y, region.Width, region.Height, region.Area, region.Peak }),
        modelVersion = inspection.ModelVersion,
        recipeRevision = inspection.RecipeRevision,
        captureTime = inspection.CaptureTime?.ToDateTimeOffset(),
        completionTime = inspection.CompletionTime?.ToDateTimeOffset(),
        totalMs = inspection.Timings?.TotalMs,
        batchSize = inspection.Timings?.BatchSize,
    };

    /// <summary>The verdict's word, such as "NotOk".</summary>
    public static string Word(Verdict verdict) => verdict == Verdict.Unspecified ? "Undefined" : verdict.ToString();
}
