using static TorchSharp.torch;

namespace AnomalyLine.Inference.Tensors;

/// <summary>
/// A network's convolutions may be held in bfloat16, to train or to serve faster; normalisation layers stay in float32. Its callers do not notice:
/// forward begins with <see cref="InTypeOf"/> and ends with <see cref="InSingle"/>.
/// </summary>
internal static class NumberType
{
    /// <summary>The input in the number type of the weight that it meets first; itself where that is its own.</summary>
    public static Tensor InTypeOf(this Tensor input, Tensor weight) => input.dtype == weight.dtype ? input : input.to(weight.dtype);

    /// <summary>The output as float32; itself where it already is.</summary>
    public static Tensor InSingle(this Tensor output) => output.dtype == ScalarType.Float32 ? output : output.to(ScalarType.Float32);
}
