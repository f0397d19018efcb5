using AnomalyLine.Inspection;
using Microsoft.Extensions.Localization;

namespace AnomalyLine.Server.Console;

/// <summary>Why a verdict is what it is, in the visitor's language. The log's own sentence is English.</summary>
internal static class Reason
{
    /// <summary>The sentence; where a fault has details that only the log's sentence has, that one follows.</summary>
    public static string Of(InspectionRecord record, IStringLocalizer words)
    {
        if (Languages.Current == "en") return record.ReasonText;
        return record.ReasonCode switch
        {
            ReasonCode.WithinThreshold => words["The score is within the threshold."],
            ReasonCode.AboveThreshold => words["The score {0} is above the threshold {1}.", Figures.Score(record), Figures.Score(record.Threshold)],
            ReasonCode.DeadlineExceeded => words["There was no result by the deadline."],
            ReasonCode.Overloaded => words["Too many frames were waiting for the model."],
            ReasonCode.InvalidFrame => $"{words["The frame could not be used:"]} {record.ReasonText}",
            ReasonCode.NoRecipe => words["The station has no active recipe for this part's product."],
            ReasonCode.ModelFailed => $"{words["The model failed:"]} {record.ReasonText}",
            ReasonCode.Stopping => words["The server was stopping."],
            ReasonCode.Cancelled => words["The camera withdrew the frame before there was a result."],
            ReasonCode.StationStopped => words["The station was stopped."],
            ReasonCode.PartNotFound => $"{words["The part was not found:"]} {record.ReasonText.Replace("The part was not found: ", "", StringComparison.Ordinal)}",
            ReasonCode.ClipNotFull => $"{words["The frames before this one are not all there:"]} {record.ReasonText}",
            _ => record.ReasonText,
        };
    }
}
