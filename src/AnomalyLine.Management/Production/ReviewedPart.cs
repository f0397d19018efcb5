using AnomalyLine.Inspection;
using AnomalyLine.Management.Samples;

namespace AnomalyLine.Management.Production;

/// <summary>A part that a person has decided about.</summary>
internal sealed record ReviewedPart(DateTimeOffset CaptureTime, string Station, string ProductId, Verdict Verdict, SampleLabel Label, string Defect)
{
    public ProductionFigures ToFigures() => Verdict switch
    {
        Verdict.NotOk => new ProductionFigures { ReviewedRejects = 1, FalseRejects = Label is SampleLabel.Normal ? 1 : 0 },
        Verdict.Ok => new ProductionFigures { ReviewedPasses = 1, Escapes = Label is SampleLabel.Anomalous ? 1 : 0 },
        _ => new ProductionFigures(),
    };
}
