using AnomalyLine.Inference.Tensors;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Inference.Networks;

/// <summary>max(x, slope x), as nn.LeakyReLU, which makes a temporary scalar at each call (see <see cref="Scalars"/>). Any shape to the same.</summary>
/// <param name="slope">0..1.</param>
internal sealed class LeakyRelu(double slope) : nn.Module<Tensor, Tensor>(nameof(LeakyRelu))
{
    /// <summary>What numbers below 0 are multiplied by.</summary>
    public double Slope => slope;

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => input.leaky_relu(S(slope));
}
