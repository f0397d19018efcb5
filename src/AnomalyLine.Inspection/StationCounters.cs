using System.Runtime.InteropServices;

namespace AnomalyLine.Inspection;

/// <summary>What a station has judged since its counters were reset, or the line was opened.</summary>
/// <param name="Inspected">Inspections: the sum of the others.</param>
/// <param name="Ok">Of these, Ok.</param>
/// <param name="NotOk">Of these, NotOk.</param>
/// <param name="NotDecidable">Of these, NotDecidable.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct StationCounters(long Inspected, long Ok, long NotOk, long NotDecidable);
