using AnomalyLine.Inference.Backbones;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Tensors;
using AnomalyLine.Learning.Optimisers;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods;

/// <summary>
/// A detection method: how a network learns from normal frames, beside how it judges (<see cref="InferenceNetwork"/>). One thread at a time. Frames come in as N x C x H x W in [0, 1] with
/// the size and channels of <see cref="MethodOptions"/>, the frames of a clip one behind the other along C.
/// </summary>
internal abstract class AnomalyMethod : InferenceNetwork
{
    /// <summary>What names of the network's tensors in <see cref="TrainingState"/> begin with.</summary>
    public const string NetworkPrefix = "network/";

    private const string OpponentPrefix = "opponent/";

    private readonly MethodOptions _options;
    private readonly List<(nn.Module Player, Adam Adam)> _players = [];
    private IReadOnlyDictionary<string, Tensor>? _resumed;

    /// <summary>With validated options. Derived constructors take their random weights from torch's global generator.</summary>
    /// <param name="options">The options.</param>
    /// <param name="passesAtOnce">See <see cref="InferenceNetwork.PassesAtOnce"/>.</param>
    protected AnomalyMethod(MethodOptions options, int passesAtOnce = 1)
        : base(options.Input, options.Normalise, passesAtOnce) => _options = options;

    /// <summary>A second player that is needed in training only, so that checkpoints keep it and model files do not; null for none.</summary>
    public virtual nn.Module? Opponent => null;

    /// <summary>The pretrained network whose features the method judges, which goes into the model file with it; null for methods that see pixels.</summary>
    public virtual Backbone? Backbone => null;

    /// <summary>
    /// Whether <see cref="TrainStep"/>, <see cref="Loss"/> and <see cref="Complete"/> take what <see cref="InferenceNetwork.Encode"/> makes of frames: how many versions of a frame to keep, and in how many bytes at most. Null
    /// where they take frames.
    /// </summary>
    public virtual (int Views, long CacheBytes)? Encoding => null;

    /// <summary>
    /// Whether all that is learnt is learnt by <see cref="Complete"/>, so that there are no training steps. It then adds to what the network holds: a model learns further frames without those of before.
    /// </summary>
    public bool LearnsAtOnce => _options.LearnsAtOnce;

    /// <summary>What it judges by while it learns: the network itself, on the calling thread.</summary>
    protected InferenceContext Own => TorchBackend.ContextOf(this);

    /// <summary>
    /// Called once before the first training step without gradients, unless weights come from a model: takes from the normal frames what
    /// training steps need (statistics) into buffers of <see cref="InferenceNetwork.Network"/>. The default needs nothing.
    /// </summary>
    /// <param name="normals">
    /// The training frames once, as <see cref="TrainStep"/> takes them; each batch is disposed when the next is asked for.
    /// </param>
    public virtual void Prepare(IEnumerable<Tensor> normals)
    {
    }

    /// <summary>
    /// One training step on normal frames. The default descends on <see cref="Loss"/> with Adam; a method of two players overrides it.
    /// Must be called within a dispose scope.
    /// </summary>
    /// <param name="frames">N x C x H x W in [0, 1].</param>
    /// <param name="progress">How far the training is, 0..1.</param>
    /// <param name="random">The training's source of randomness.</param>
    /// <returns>The loss, for people to watch fall.</returns>
    public virtual double TrainStep(Tensor frames, double progress, Random random) => Descend(Network, Loss(frames, random), progress);

    /// <summary>What <see cref="TrainStep"/> descends on: a scalar. Methods that learn at once have none.</summary>
    public virtual Tensor Loss(Tensor frames, Random random) => throw new NotSupportedException($"{GetType().Name} learns at once, without a loss.");

    /// <summary>
    /// Called once after the last training step, in evaluation mode without gradients: takes from the normal frames what judging needs beside the
    /// weights (statistics, a mean map) into buffers of <see cref="InferenceNetwork.Network"/>, so that it is saved with them. The default needs nothing.
    /// </summary>
    /// <param name="normals">The training frames once, or the validation frames where <see cref="MethodOptions.CompletesOnValidation"/>, in batches of N x C x H x W in [0, 1]; each is disposed when the next is asked for.</param>
    public virtual void Complete(IEnumerable<Tensor> normals)
    {
    }

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
        var adam = AdamOf(network, beta1, beta2);
        adam.Clear();
        loss.backward();
        adam.Step(_options.LearningRate * rate * _options.Schedule.Factor(progress));
        return loss.item<float>();
    }

    /// <summary>
    /// All that a later process needs to go on from here: the network's tensors, those that it holds in bfloat16 as float32, and each player's optimiser.
    /// The tensors belong to the method.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> TrainingState()
    {
        var state = Network.state_dict().ToDictionary(t => NetworkPrefix + t.Key, t => t.Value);
        foreach (var (name, value) in Opponent?.state_dict() ?? []) state[OpponentPrefix + name] = value;
        for (var i = 0; i < _players.Count; i++)
        {
            foreach (var (name, value) in _players[i].Adam.State) state[$"adam{i}/{name}"] = value;
            foreach (var (name, value) in _players[i].Adam.Masters) state[NetworkPrefix + PrefixOf(_players[i].Player) + name] = value;
        }

        return state;
    }

    /// <summary>Goes on from what <see cref="TrainingState"/> gave, before the first step; the tensors must live until each player has made one.</summary>
    public void Resume(IReadOnlyDictionary<string, Tensor> state)
    {
        using var guard = no_grad();
        foreach (var (name, target) in Network.state_dict()) target.copy_(state[NetworkPrefix + name]);
        foreach (var (name, target) in Opponent?.state_dict() ?? []) target.copy_(state[OpponentPrefix + name]);
        _resumed = state;
    }

    /// <summary>Takes weights from a file's bytes.</summary>
    /// <exception cref="InvalidDataException">They are damaged or another network's.</exception>
    public virtual void ReadWeights(ReadOnlySpan<byte> file) => SafeTensors.Read(Network, file);

    /// <summary>Ends the training: the network holds the float32 weights again.</summary>
    public void Finish()
    {
        using var guard = no_grad();
        var masters = TrainingState();
        using var scope = NewDisposeScope();
        InferenceOptimizer.Convert(Network, ScalarType.Float32);
        foreach (var (name, target) in Network.state_dict()) target.copy_(masters[NetworkPrefix + name]);
        foreach (var (_, adam) in _players) adam.Dispose();
        _players.Clear();
    }

    private Adam AdamOf(nn.Module player, double beta1, double beta2)
    {
        foreach (var (known, its) in _players)
            if (ReferenceEquals(known, player)) return its;
        var adam = new Adam(player, _options.WeightDecay, beta1, beta2, _options.DecouplesWeightDecay);
        if (_resumed is not null)
        {
            using var guard = no_grad();
            foreach (var (name, value) in adam.State) value.copy_(_resumed[$"adam{_players.Count}/{name}"]);
            foreach (var (name, value) in adam.Masters) value.copy_(_resumed[NetworkPrefix + PrefixOf(player) + name]);
        }

        _players.Add((player, adam));
        return adam;
    }

    /// <summary>What a player's tensors are called by in the whole network.</summary>
    private string PrefixOf(nn.Module player) =>
        ReferenceEquals(player, Network) ? "" : Network.named_modules().First(m => ReferenceEquals(m.module, player)).name + ".";

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var (_, adam) in _players) adam.Dispose();
        base.Dispose();
    }
}
