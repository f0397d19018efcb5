namespace AnomalyLine.Management.Drift;

/// <summary>A signal of a station at one moment.</summary>
/// <param name="Signal">Which signal.</param>
/// <param name="Parts">Parts that were watched since the recipe became active.</param>
/// <param name="Evidence">The statistic over its alarm: the alarm is at 1.</param>
/// <param name="Before">Median of the calibration, or of all parts where that has none.</param>
/// <param name="Now">Median of the last parts.</param>
public sealed record DriftState(DriftSignal Signal, long Parts, double Evidence, double Before, double Now);
