namespace AnomalyLine.Evaluation;

/// <summary>What came of one test frame.</summary>
/// <param name="Path">The file, relative to the data set's folder, with '/' between folders.</param>
/// <param name="Kind">"good" or the kind of defect.</param>
/// <param name="Score">The model's score; higher is more anomalous. Above all others where no part was found.</param>
/// <param name="IsRejected">Whether the score is above the calibrated threshold, or no part was found.</param>
public sealed record EvaluationFrame(string Path, string Kind, float Score, bool IsRejected)
{
    /// <summary>Whether another frame stands for the same part in rates and intervals.</summary>
    public bool IsCopy { get; init; }

    /// <summary>Whether the model aligns parts and found none where parts lie, so that it gave no score.</summary>
    public bool IsPartMissing { get; init; }

    /// <summary>"NotDecidable" where no part was found, "NotOk" where rejected, else "Ok".</summary>
    public string Verdict => IsPartMissing ? "NotDecidable" : IsRejected ? "NotOk" : "Ok";
}
