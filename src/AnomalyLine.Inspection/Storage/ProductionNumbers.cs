using System.Runtime.InteropServices;

namespace AnomalyLine.Inspection.Storage;

/// <summary>The numbers of <see cref="ProductionCount"/>, to add up.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProductionNumbers(long Ok, long NotOk, long NotDecidable, long Paced, long RunningTicks)
{
    public static ProductionNumbers Of(in CountedPart part) => new(
        part.Verdict is Verdict.Ok ? 1 : 0, part.Verdict is Verdict.NotOk ? 1 : 0, part.Verdict is Verdict.Ok or Verdict.NotOk ? 0 : 1,
        part.Gap >= 0 ? 1 : 0, Math.Max(0, part.Gap));

    public static ProductionNumbers operator +(ProductionNumbers a, ProductionNumbers b) =>
        new(a.Ok + b.Ok, a.NotOk + b.NotOk, a.NotDecidable + b.NotDecidable, a.Paced + b.Paced, a.RunningTicks + b.RunningTicks);
}
