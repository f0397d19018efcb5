namespace AnomalyLine.Management.Gate;

/// <summary>One comparison of the gate.</summary>
/// <param name="Name">"falseRejects", "rejectEscapes", "plantedEscapes" or "scoreDrift".</param>
/// <param name="Count">Frames that it counts.</param>
/// <param name="CandidateErrors">Of these, wrong by the candidate.</param>
/// <param name="ActiveErrors">Of these, wrong by the active model.</param>
/// <param name="OnlyCandidate">Wrong by the candidate alone.</param>
/// <param name="OnlyActive">Wrong by the active model alone.</param>
/// <param name="Difference">Error rate of the candidate less that of the active model.</param>
/// <param name="UpperBound">What the true difference is at most, with 95 % confidence.</param>
/// <param name="PValue">The chance of such a result, were the candidate not worse (falseRejects and escapes: exact McNemar; scoreDrift: beta-binomial).</param>
/// <param name="Margin">What is allowed.</param>
/// <param name="Result">What the frames say.</param>
/// <param name="Passes">Whether the gate lets the candidate through by this criterion.</param>
/// <param name="Sentence">The same in words.</param>
public sealed record GateCriterion(
    string Name, int Count, int CandidateErrors, int ActiveErrors, int OnlyCandidate, int OnlyActive, double Difference, double UpperBound, double PValue,
    double Margin, GateResult Result, bool Passes, string Sentence);
