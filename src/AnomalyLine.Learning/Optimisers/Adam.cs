using TorchSharp;
using TorchSharp.Modules;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Optimisers;

/// <summary>
/// Kingma, Ba: "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1, with L2 decay added to the gradient, or with the decay
/// apart from it
/// (Loshchilov, Hutter: "Decoupled weight decay regularization", ICLR 2019, algorithm 2). Weights that the network holds in
/// bfloat16 have a float32 master here, since small steps would vanish in their rounding (Micikevicius et al., "Mixed precision training", ICLR 2018, section 3.1);
/// torch's own optimisers take no gradient but the parameter's.
/// </summary>
internal sealed class Adam : IDisposable
{
    private const double Epsilon = 1e-8;

    private readonly double _beta1, _beta2, _weightDecay;
    private readonly bool _decouples;
    private readonly Slot[] _slots;
    private readonly Tensor _steps = zeros(1, ScalarType.Int64).DetachFromDisposeScope();

    /// <summary>Over all parameters of a network, which keep their objects from here on.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weightDecay">The decay; 0 for none.</param>
    /// <param name="beta1">Decay of the mean gradient.</param>
    /// <param name="beta2">Decay of the squared gradient.</param>
    /// <param name="decouples">Whether the decay is apart from the gradient (AdamW).</param>
    public Adam(nn.Module network, double weightDecay, double beta1, double beta2, bool decouples = false)
    {
        (_beta1, _beta2, _weightDecay, _decouples) = (beta1, beta2, weightDecay, decouples);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        _slots = [.. network.named_parameters().Where(p => p.parameter.requires_grad).Select(p => Slot.Of(p.name, p.parameter))];
    }

    /// <summary>Means of gradients and of their squares, and the number of steps, by name: what a later run needs to go on.</summary>
    public IEnumerable<(string Name, Tensor Value)> State =>
        _slots.SelectMany(s => new[] { ($"mean/{s.Name}", s.Mean), ($"square/{s.Name}", s.Square) }).Append(("steps", _steps));

    /// <summary>The float32 values of weights that the network holds in bfloat16, by their names in the network.</summary>
    public IEnumerable<(string Name, Tensor Value)> Masters => _slots.Where(s => s.HasMaster).Select(s => (s.Name, s.Master));

    /// <summary>Sets the gradients to zero, also those that another player's loss left.</summary>
    public void Clear()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        foreach (var slot in _slots) slot.Weight.grad?.zero_();
    }

    /// <summary>One step along the gradients.</summary>
    public void Step(double learningRate)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        _steps.add_(S(1), S(1));
        var step = _steps.item<long>();
        using var size = (-learningRate / (1 - Math.Pow(_beta1, step))).ToScalar();
        using var correction = Math.Sqrt(1 - Math.Pow(_beta2, step)).ToScalar();
        using var shrink = (1 - (learningRate * _weightDecay)).ToScalar();
        foreach (var (_, weight, master, mean, square) in _slots)
        {
            if (weight.grad is not { } own) continue;
            var gradient = own.dtype == master.dtype ? own : own.to(master.dtype);
            if (_weightDecay > 0 && _decouples) master.mul_(shrink);
            else if (_weightDecay > 0) gradient = gradient.add(master, alpha: S(_weightDecay));
            mean.mul_(S(_beta1)).add_(gradient, alpha: S(1 - _beta1));
            square.mul_(S(_beta2)).addcmul_(gradient, gradient, value: S(1 - _beta2));
            master.addcdiv_(mean, square.sqrt().div_(correction).add_(S(Epsilon), S(1)), value: size);
            if (!ReferenceEquals(master, weight)) weight.copy_(master);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            slot.Mean.Dispose();
            slot.Square.Dispose();
            if (slot.HasMaster) slot.Master.Dispose();
        }

        _steps.Dispose();
    }

    private sealed record Slot(string Name, Parameter Weight, Tensor Master, Tensor Mean, Tensor Square)
    {
        public bool HasMaster => !ReferenceEquals(Master, Weight);

        public static Slot Of(string name, Parameter weight)
        {
            var master = weight.dtype == ScalarType.Float32 ? weight : weight.to(ScalarType.Float32).DetachFromDisposeScope();
            return new(name, weight, master, zeros_like(master).DetachFromDisposeScope(), zeros_like(master).DetachFromDisposeScope());
        }
    }
}
