using AnomalyLine.Inference.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AnomalyLine.Inference.Networks;

/// <summary>How a network's weights lie in memory and in which number type: changes speed, not what it computes (but for rounding).</summary>
internal static class InferenceOptimizer
{
    /// <summary>
    /// Lays the weights of all convolutions out channels last, height x width x channels: oneDNN then keeps the maps between them in that layout as well,
    /// which its kernels are fastest with. TorchSharp has no call for it; a contiguous permutation gives the same strides.
    /// </summary>
    public static void ChannelsLast(nn.Module network)
    {
        using var guard = no_grad();
        foreach (var module in network.modules().Append(network))
        {
            if (module is Conv2d convolution) convolution.weight = Relaid(convolution.weight);
            else if (module is ConvTranspose2d transposed) transposed.weight = Relaid(transposed.weight!);
        }
    }

    /// <summary>The form to judge with: batch norms folded into convolutions, channels last. Not to be trained or saved afterwards.</summary>
    public static void Optimize(nn.Module network)
    {
        network.eval();
        foreach (var chain in network.modules().Append(network).OfType<Chain>()) chain.Fold();
        ChannelsLast(network);
    }

    /// <summary>The form to judge with on a device, in bfloat16.</summary>
    public static void OptimizeInBfloat16(nn.Module network, Device device)
    {
        using var scope = NewDisposeScope();
        network.to(device);
        Optimize(network);
        Convert(network, ScalarType.BFloat16);
    }

    /// <summary>Turns the weights of convolutions and linear layers to a number type; normalisation layers keep theirs.</summary>
    public static void Convert(nn.Module network, ScalarType type)
    {
        foreach (var module in network.modules().Append(network).Where(m => m is Conv2d or ConvTranspose2d or Linear))
        {
            var isOther = module.parameters().Any(p => p.dtype != type);
            module.to(type);
            if (isOther) Parameters.CountOf(module);
        }
    }

    private static Parameter Relaid(Tensor weight)
    {
        using var scope = NewDisposeScope();
        return Parameters.Own(weight.permute(0, 2, 3, 1).contiguous().clone().permute(0, 3, 1, 2), weight.requires_grad);
    }
}
