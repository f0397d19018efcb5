using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AnomalyLine.Inference.Tensors;

/// <summary>
/// How many parameters were made in this process. TorchSharp counts a tensor when it is made and once more when its handle moves into a parameter, but takes away only the
/// parameter: its count of live tensors stays one too high for each parameter ever made. Any thread.
/// </summary>
internal static class Parameters
{
    private static long _made;

    /// <summary>Parameters made so far, those that are gone included.</summary>
    public static long Made => Interlocked.Read(ref _made);

    /// <summary>A parameter that is nobody's but the caller's, out of a tensor that is empty afterwards.</summary>
    public static Parameter Own(Tensor values, bool requiresGrad = true)
    {
        var parameter = (Parameter)new Parameter(values, requiresGrad).DetachFromDisposeScope();
        Interlocked.Increment(ref _made);
        return parameter;
    }

    /// <summary>Counts those that a module's constructors made, or those that it made anew.</summary>
    public static void CountOf(nn.Module module) => Interlocked.Add(ref _made, module.parameters().Count());
}
