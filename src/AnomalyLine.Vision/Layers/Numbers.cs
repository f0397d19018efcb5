using System.Collections.Concurrent;
using TorchSharp;

namespace AnomalyLine.Vision.Layers;

/// <summary>
/// Numbers as the engine takes them beside a tensor. A temporary one, as TorchSharp's implicit conversion makes it, is dead to the collector as soon as its handle was
/// read: its finaliser may free it while the engine still reads it, which ends the process. These live as long as the process; the build bans the others.
/// Any thread.
/// </summary>
internal static class Numbers
{
    private static readonly ConcurrentDictionary<double, Scalar> Reals = new();
    private static readonly ConcurrentDictionary<long, Scalar> Integers = new();

    /// <summary>A real number. For constants and options; a value that differs at each step is disposed by its user instead.</summary>
    public static Scalar S(double value) => Reals.GetOrAdd(value, static v => v.ToScalar());

    /// <summary>A whole number, which leaves tensors of whole numbers what they are.</summary>
    public static Scalar S(long value) => Integers.GetOrAdd(value, static v => v.ToScalar());
}
