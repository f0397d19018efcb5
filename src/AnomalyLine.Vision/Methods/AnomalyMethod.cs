using System.Diagnostics;
using AnomalyLine.Imaging;
using AnomalyLine.Vision.AnomalyMaps;
using AnomalyLine.Vision.Backbones;
using AnomalyLine.Vision.Layers;
using AnomalyLine.Vision.Models;
using AnomalyLine.Vision.Onnx;
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
    /// <summary>What names of the network's tensors in <see cref="TrainingState"/> begin with.</summary>
    public const string NetworkPrefix = "network/";

    private const string OpponentPrefix = "opponent/";

    private readonly MethodOptions _options;
    private readonly List<(nn.Module Player, Adam Adam)> _players = [];
    private IReadOnlyDictionary<string, Tensor>? _resumed;

    /// <summary>With validated options. Derived constructors take their random weights from torch's global generator.</summary>
    /// <param name="options">The options.</param>
    /// <param name="passesAtOnce">See <see cref="PassesAtOnce"/>.</param>
    protected AnomalyMethod(MethodOptions options, int passesAtOnce = 1) => (_options, PassesAtOnce) = (options, passesAtOnce);

    /// <summary>What frames are prepared to.</summary>
    public InputSpec Input => _options.Input;

    /// <summary>All that is saved: parameters and buffers.</summary>
    public abstract nn.Module Network { get; }

    /// <summary>A second player that is needed in training only, so that checkpoints keep it and model files do not; null for none.</summary>
    public virtual nn.Module? Opponent => null;

    /// <summary>The pretrained network whose features the method judges, which goes into the model file with it; null for methods that see pixels.</summary>
    public virtual Backbone? Backbone => null;

    /// <summary>
    /// Whether <see cref="TrainStep"/>, <see cref="Loss"/> and <see cref="Complete"/> take what <see cref="Encode"/> makes of frames: how many versions of a frame to keep, and in how many bytes at most. Null
    /// where they take frames.
    /// </summary>
    public virtual (int Views, long CacheBytes)? Encoding => null;

    /// <summary>Whether all that is learnt is learnt by <see cref="Complete"/>, so that there are no training steps.</summary>
    public virtual bool LearnsAtOnce => false;

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

    /// <summary>How anomalous each place is: N x H x W, at least 0, higher is more anomalous, smoothed. Called in evaluation mode without gradients.</summary>
    public abstract Tensor AnomalyMap(Tensor frames);

    /// <summary>As <see cref="AnomalyMap"/>, of what <see cref="Encode"/> made of frames.</summary>
    public virtual Tensor MapOfEncoded(Tensor encoded) => AnomalyMap(encoded);

    /// <summary>
    /// What the network makes of frames: N x C x H x W, normals in about [0, 1]; of a clip only the frame that is judged. A method that hides places gives each place as it was
    /// filled in without being seen, the mean where several passes hid it. Called in evaluation mode without gradients. For people to look at: the map need not be computed from it.
    /// Null where the method rebuilds no picture.
    /// </summary>
    public abstract Tensor? Reconstruct(Tensor frames);

    /// <summary>
    /// Called once after the last training step, in evaluation mode without gradients: takes from the normal frames what judging needs beside the
    /// weights (statistics, a mean map) into buffers of <see cref="Network"/>, so that it is saved with them. The default needs nothing.
    /// </summary>
    /// <param name="normals">The training frames once, or the validation frames where <see cref="MethodOptions.CompletesOnValidation"/>, in batches of N x C x H x W in [0, 1]; each is disposed when the next is asked for.</param>
    public virtual void Complete(IEnumerable<Tensor> normals)
    {
    }

    /// <summary>One number a frame from its map: the maximum. N.</summary>
    public virtual Tensor Score(Tensor map) => FrameWalk.IsPossible(map) ? FrameWalk.Highest(map) : map.flatten(1).amax([1]);

    /// <summary>
    /// Masked copies of frames, or windows of them, that go through the network at once when judging: bounds memory, changes no result, and 1 is the papers' loop. Without effect on
    /// methods of one pass.
    /// </summary>
    public int PassesAtOnce { get; set; }

    /// <summary>Whether the network's batch grows with the frames by a fixed number of passes each; else batches of few sizes, as a card wants them, cannot be had by filling up.</summary>
    public virtual bool BatchesFrames => true;

    /// <summary>Computes the network's pass in its place when judging; null for the network itself. It stays its owner's.</summary>
    public OnnxPass? Engine { get; set; }

    /// <summary>Writes the pass that <see cref="Forward"/> computes into a graph, for an engine to run it: an input "frames".</summary>
    /// <returns>Names of the outputs that are <see cref="Forward"/>'s results, in their order.</returns>
    public virtual IReadOnlyList<string> WritePass(OnnxGraph graph)
    {
        WriteOnnx(graph);
        return graph.Outputs;
    }

    /// <summary>
    /// Writes the network's pass over frames into a graph: an input "frames" and the outputs that the map is computed from. Methods whose <see cref="MethodDescriptor.WritesOnnx"/> is
    /// true override it.
    /// </summary>
    /// <returns>How map and score are computed from them.</returns>
    public virtual OnnxReading WriteOnnx(OnnxGraph graph) => throw new NotSupportedException($"{GetType().Name} does not judge by a single pass that a graph could hold.");

    /// <summary>The network's pass as judging makes it, N x … in, N x … out: the reconstruction, unless a method says otherwise. Each result depends on its own input only.</summary>
    protected virtual Tensor[] Forward(Tensor input) => [((nn.Module<Tensor, Tensor>)Network).call(input)];

    /// <summary>What there is to learn and to judge in frames that does not depend on what was learnt. The default takes frames as they are; see <see cref="Encoding"/>.</summary>
    protected virtual Tensor EncodeFrames(Tensor frames) => frames.alias();

    /// <summary>Frames, N x C x H x W in [0, 1], as the method learns from them and judges them: N x ...</summary>
    public Tensor Encode(Tensor frames)
    {
        var start = Stopwatch.GetTimestamp();
        var encoded = EncodeFrames(frames);
        PassTime += Stopwatch.GetElapsedTime(start);
        return encoded;
    }

    /// <summary>What <see cref="Forward"/> gives, by <see cref="Engine"/> where there is one. For judging; a training's gradients go through the network.</summary>
    public Tensor[] Pass(Tensor input)
    {
        var start = Stopwatch.GetTimestamp();
        var results = Engine is null ? Forward(input) : Engine.Run(input);
        PassTime += Stopwatch.GetElapsedTime(start);
        return results;
    }

    /// <summary>What all calls of <see cref="Encode"/> and <see cref="Pass"/> have taken together so far; on a card, until they were queued.</summary>
    public TimeSpan PassTime { get; private set; }

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
        NetworkForm.Convert(Network, ScalarType.Float32);
        foreach (var (name, target) in Network.state_dict()) target.copy_(masters[NetworkPrefix + name]);
        foreach (var (_, adam) in _players) adam.Dispose();
        _players.Clear();
    }

    private Adam AdamOf(nn.Module player, double beta1, double beta2)
    {
        foreach (var (known, its) in _players)
            if (ReferenceEquals(known, player)) return its;
        var adam = new Adam(player, _options.WeightDecay, beta1, beta2);
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
    public virtual void Dispose()
    {
        foreach (var (_, adam) in _players) adam.Dispose();
        Network.Dispose();
    }
}
