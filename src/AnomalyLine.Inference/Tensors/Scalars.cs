using System.Collections.Concurrent;
using TorchSharp;

namespace AnomalyLine.Inference.Tensors;

/// <summary>
/// Numbers as the engine takes them beside a tensor, and sums. A temporary number, as TorchSharp's implicit conversion makes it, is dead to the collector as soon as its
/// handle was read: its finaliser may free it while the engine still reads it, which ends the process or gives a wrong value. TorchSharp's own addition makes one for the
/// factor of what is added, two tensors included. These live as long as the process; a test finds the others (docs/adr/0008-numbers-stay-alive.md). Any thread.
/// </summary>
internal static class Scalars
{
    private static readonly ConcurrentDictionary<double, Scalar> Reals = new();
    private static readonly ConcurrentDictionary<long, Scalar> Integers = new();

    /// <summary>A real number. For constants and options; a value that differs at each step is disposed by its user instead.</summary>
    public static Scalar S(double value) => Reals.GetOrAdd(value, static v => v.ToScalar());

    /// <summary>A whole number, which leaves tensors of whole numbers what they are.</summary>
    public static Scalar S(long value) => Integers.GetOrAdd(value, static v => v.ToScalar());

    /// <summary>The sum, in place of TorchSharp's +.</summary>
    public static torch.Tensor Plus(this torch.Tensor one, torch.Tensor other) => one.add(other, S(1));

    /// <summary>Each value of a tensor of reals and the number.</summary>
    public static torch.Tensor Plus(this torch.Tensor tensor, double number) => tensor.add(S(number), S(1));

    /// <summary>1 - x for each value.</summary>
    public static torch.Tensor OneMinus(torch.Tensor tensor) => tensor.neg().add(S(1), S(1));
}
