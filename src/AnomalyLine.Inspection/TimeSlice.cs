using System.Runtime.InteropServices;

namespace AnomalyLine.Inspection;

/// <summary>A stretch of time.</summary>
/// <param name="Start">Its first instant.</param>
/// <param name="End">The first instant after it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TimeSlice(DateTimeOffset Start, DateTimeOffset End);
