namespace AnomalyLine.Management.Training;

/// <summary>A line of a job's log.</summary>
/// <param name="Number">1, 2, 3, … from the log's beginning.</param>
/// <param name="Time">When it was written; null where the line does not say.</param>
/// <param name="Text">What it says, for people.</param>
public sealed record JobLogLine(long Number, DateTimeOffset? Time, string Text);
