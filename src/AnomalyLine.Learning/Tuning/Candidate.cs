namespace AnomalyLine.Learning.Tuning;

/// <summary>A method with one of its presets.</summary>
internal sealed record Candidate(string Method, string Preset);
