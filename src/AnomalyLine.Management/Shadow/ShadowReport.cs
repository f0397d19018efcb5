namespace AnomalyLine.Management.Shadow;

/// <summary>How a shadow agrees with the active model since it became one, over restarts, or since the active model changed.</summary>
/// <param name="Version">Version of the shadow.</param>
/// <param name="Threshold">Its calibrated threshold.</param>
/// <param name="ActiveVersion">Version of the active model; empty before the first frame.</param>
/// <param name="Judged">Frames that both judged.</param>
/// <param name="Agreed">Of these, judged alike.</param>
/// <param name="Skipped">Frames that the shadow gave way on.</param>
/// <param name="Disagreements">The last ones, newest first.</param>
/// <param name="Fault">Why it does not run; empty while it does.</param>
public sealed record ShadowReport(
    string Version, float Threshold, string ActiveVersion, long Judged, long Agreed, long Skipped, IReadOnlyList<ShadowDisagreement> Disagreements, string Fault);
