using AnomalyLine.Vision.Imaging;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Methods;

/// <summary>
/// The seam between a detection method and everything around it: a network, how it learns from normal frames, and how it says where a frame is
/// anomalous. One thread at a time. Frames come in as N x C x H x W in [0, 1] with the size and channels of <see cref="MethodOptions"/>, the frames of a clip one behind
/// the other along C;
/// each result depends on its own frame only, so a batch gives what its frames give one by one.
/// </summary>
internal abstract class AnomalyMethod : IDisposable
{
    private readonly MethodOptions _options;
    private readonly Dictionary<nn.Module, optim.Optimizer> _optimizers = [];

    /// <summary>With validated options. Derived constructors take their random weights from torch's global generator.</summary>
    protected AnomalyMethod(MethodOptions options) => _options = options;

    /// <summary>What frames are prepared to.</summary>
    public InputSpec Input => _options.Input;

    /// <summary>All that is saved: parameters and buffers.</summary>
    public abstract nn.Module Network { get; }

    /// <summary>
    /// One training step on normal frames. The default descends on <see cref="Loss"/> with Adam; a method of two players overrides it.
    /// Must be called within a dispose scope.
    /// </summary>
    /// <param name="frames">N x C x H x W in [0, 1].</param>
    /// <param name="progress">How far the training is, 0..1.</param>
    /// <param name="random">The training's source of randomness.</param>
    /// <returns>The loss, for people to watch fall.</returns>
    public virtual double TrainStep(Tensor frames, double progress, Random random) => Descend(Network, Loss(frames, random), progress);

    /// <summary>What <see cref="TrainStep"/> descends on: a scalar.</summary>
    public abstract Tensor Loss(Tensor frames, Random random);

    /// <summary>How anomalous each place is: N x H x W, at least 0, higher is more anomalous, smoothed. Called in evaluation mode without gradients.</summary>
    public abstract Tensor AnomalyMap(Tensor frames);

    /// <summary>
    /// Called once after the last training step, in evaluation mode without gradients: takes from the normal frames what judging needs beside the
    /// weights (statistics, a mean map) into buffers of <see cref="Network"/>, so that it is saved with them. The default needs nothing.
    /// </summary>
    /// <param name="normals">The training frames once, in batches of N x C x H x W in [0, 1]; each is disposed when the next is asked for.</param>
    public virtual void Complete(IEnumerable<Tensor> normals)
    {
    }

    /// <summary>One number a frame from its map: the maximum. N.</summary>
    public virtual Tensor Score(Tensor map) => map.flatten(1).amax([1]);

    /// <summary>One step of Adam on a network's parameters.</summary>
    /// <param name="network">A player; each has an optimiser of its own.</param>
    /// <param name="loss">A scalar.</param>
    /// <param name="progress">How far the training is, 0..1, for the schedule.</param>
    /// <param name="rate">The player's learning rate as a multiple of the options'.</param>
    /// <param name="beta1">Adam's decay of the mean gradient.</param>
    /// <param name="beta2">Adam's decay of the squared gradient.</param>
    /// <returns>The loss.</returns>
    protected double Descend(nn.Module network, Tensor loss, double progress, double rate = 1, double beta1 = 0.9, double beta2 = 0.999)
    {
        if (!_optimizers.TryGetValue(network, out var optimizer))
        {
            optimizer = optim.Adam(network.parameters(), _options.LearningRate, beta1, beta2, weight_decay: _options.WeightDecay);
            _optimizers.Add(network, optimizer);
        }

        foreach (var group in optimizer.ParamGroups) group.LearningRate = _options.LearningRate * rate * Scale(progress);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    }

    /// <summary>Learning rate as a fraction of its highest.</summary>
    private double Scale(double progress) => _options.Schedule switch
    {
        LearningRateSchedule.Step => progress < 5.0 / 6.0 ? 1 : 0.1,
        LearningRateSchedule.Cosine => progress < 0.05 ? 0.05 + (progress * 19) : 0.5 * (1 + Math.Cos(Math.PI * (progress - 0.05) / 0.95)),
        _ => 1,
    };

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        foreach (var optimizer in _optimizers.Values) optimizer.Dispose();
        Network.Dispose();
    }
}
