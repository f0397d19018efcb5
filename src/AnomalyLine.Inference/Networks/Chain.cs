using AnomalyLine.Inference.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AnomalyLine.Inference.Networks;

/// <summary>
/// Modules one after another, as nn.Sequential, with the same names of tensors; unlike that it can be changed for serving: <see cref="Fold"/>.
/// N x C x H x W or whatever its modules take.
/// </summary>
internal sealed class Chain : nn.Module<Tensor, Tensor>
{
    private readonly List<nn.Module<Tensor, Tensor>> _links;

    public Chain(params nn.Module<Tensor, Tensor>[] links)
        : base(nameof(Chain))
    {
        _links = [.. links];
        for (var i = 0; i < links.Length; i++) register_module($"{i}", links[i]);
    }

    /// <summary>The modules in their order, without those that <see cref="Fold"/> has left out.</summary>
    public IReadOnlyList<nn.Module<Tensor, Tensor>> Links => _links;

    /// <summary>The first convolution's or linear layer's weight, whose number type its input must have.</summary>
    public Tensor FirstWeight => _links.Select(l => l switch { Conv2d c => c.weight, ConvTranspose2d t => t.weight, Linear n => n.weight, _ => null }).First(w => w is not null)!;

    /// <summary>Each module's output goes to the next.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var value = input;
        foreach (var link in _links)
        {
            var next = link.call(value);
            if (!ReferenceEquals(value, input) && !ReferenceEquals(value, next)) value.Dispose();
            value = next;
        }

        return (ReferenceEquals(value, input) ? value.alias() : value).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Multiplies each batch norm that follows a convolution into its weights and leaves it out from now on: y = g (Wx + b - m) / sqrt(v + e) + c has the weights
    /// W g / sqrt(v + e) and the bias (b - m) g / sqrt(v + e) + c. For judging only: the chain must not be trained or saved afterwards.
    /// </summary>
    public void Fold()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        for (var i = _links.Count - 1; i > 0; i--)
        {
            if (_links[i] is not BatchNorm2d norm || _links[i - 1] is not (Conv2d or ConvTranspose2d)) continue;
            var convolution = (Convolution)_links[i - 1];
            var factor = norm.weight! / norm.running_var!.Plus(norm.eps).sqrt();
            var bias = norm.bias! - (norm.running_mean! * factor);
            if (convolution.bias is not null) bias = bias.Plus(convolution.bias * factor);
            convolution.weight!.mul_(convolution is Conv2d ? factor.view(-1, 1, 1, 1) : factor.view(1, -1, 1, 1));
            convolution.bias = Parameters.Own(bias);
            _links.RemoveAt(i);
        }
    }
}
