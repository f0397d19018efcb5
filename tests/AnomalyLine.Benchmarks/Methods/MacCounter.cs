using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Learning.Methods;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AnomalyLine.Benchmarks.Methods;

/// <summary>Multiply-accumulates of convolutions and linear layers, counted while they run; everything else is left out.</summary>
internal static class MacCounter
{
    /// <summary>GMAC of one anomaly map of these frames.</summary>
    public static double Count(AnomalyMethod method, Tensor frames) => Count(method.Network, () => method.AnomalyMap(frames, TorchBackend.ContextOf(method)).Dispose());

    /// <summary>GMAC of what runs a network.</summary>
    public static double Count(nn.Module network, Action run)
    {
        var total = 0.0;
        var hooks = new List<Action>();
        foreach (var module in network.modules())
        {
            switch (module)
            {
                case Conv2d convolution:
                    hooks.Add(convolution.register_forward_hook((_, _, output) => Add(output, output.NumberOfElements * Inner(convolution.weight!))).remove);
                    break;
                case ConvTranspose2d transposed:
                    hooks.Add(transposed.register_forward_hook((_, input, output) => Add(output, input.NumberOfElements * Inner(transposed.weight!))).remove);
                    break;
                case Linear linear:
                    hooks.Add(linear.register_forward_hook((_, _, output) => Add(output, output.NumberOfElements * linear.weight!.shape[1])).remove);
                    break;
            }
        }

        run();
        foreach (var remove in hooks) remove();
        return total / 1e9;

        Tensor Add(Tensor output, double operations)
        {
            total += operations;
            return output;
        }
    }

    /// <summary>What one element of the output (of the input, where transposed) costs: the weight's elements but its first dimension's.</summary>
    private static long Inner(Tensor weight) => weight.NumberOfElements / weight.shape[0];
}
