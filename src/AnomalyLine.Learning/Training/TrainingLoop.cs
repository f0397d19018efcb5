using System.Runtime.InteropServices;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Learning.Methods;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Training;

/// <summary>
/// The training steps, epoch after epoch, until the last epoch, the time limit, or until validation normals are no longer judged better. Each epoch draws
/// from generators seeded by the training's seed and its number: one seed gives one model, interrupted or not.
/// </summary>
internal sealed class TrainingLoop(AnomalyMethod method, MethodOptions options, TrainingBatches? frames, TrainingBatches? validation, int seed, Device device, TrainingClock clock)
{
    private readonly TrainingBatches _frames = frames ?? throw new ArgumentNullException(nameof(frames));
    private readonly List<double> _losses = [];
    private readonly Dictionary<string, Tensor> _best = [];
    private double? _bestLoss;
    private int _bestEpoch;

    /// <summary>Whether the method has the weights of a model already, and what they were learnt with.</summary>
    public bool IsWarm { get; init; }

    /// <summary>Mean loss of each epoch.</summary>
    public IReadOnlyList<double> Losses => _losses;

    /// <summary>The epoch whose weights were taken.</summary>
    public int TakenEpoch => _bestLoss is null ? _losses.Count : _bestEpoch;

    /// <summary>Trains, and takes what judging needs beside the weights; the method is in evaluation mode afterwards. As <see cref="Run"/>.</summary>
    public void Learn(Checkpoint? checkpoint, bool resume, CancellationToken cancel)
    {
        TorchEngine.TensorFloat32 = options.Precision == TrainingPrecision.TensorFloat32;
        try
        {
            if (method.LearnsAtOnce)
            {
                clock.Enter(TrainingStage.Training);
            }
            else
            {
                if (!IsWarm) Prepare(cancel);
                Run(checkpoint, resume, cancel);
            }
        }
        finally
        {
            TorchEngine.TensorFloat32 = false;
        }

        method.Network.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        method.Complete((options.CompletesOnValidation ? validation! : _frames).Batches(device, cancel));
    }

    /// <summary>Trains; the network is float32 afterwards.</summary>
    /// <param name="checkpoint">Where to go on from and to leave marks; null for neither.</param>
    /// <param name="resume">Whether to go on from the checkpoint's mark, if it has one.</param>
    /// <param name="cancel">Stops between two steps.</param>
    /// <exception cref="TrainingException">The loss stopped being a number, memory ran out, or the checkpoint cannot be used.</exception>
    public void Run(Checkpoint? checkpoint, bool resume, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        if (options.Precision == TrainingPrecision.Bfloat16) InferenceOptimizer.Convert(method.Network, ScalarType.BFloat16);
        InferenceOptimizer.ChannelsLast(method.Network);
        clock.Enter(TrainingStage.Training);
        if (resume && checkpoint?.TryRead(out var state) is { } position) GoOn(position, state);
        try
        {
            while (!clock.IsOver && !IsStale())
            {
                Epoch(cancel);
                clock.EndEpoch(_losses[^1], Validate(cancel));
                checkpoint?.WriteIfDue(Mark);
            }
        }
        catch (ExternalException e) when (TorchEngine.IsOutOfMemory(e))
        {
            throw new TrainingException(
                $"Memory ran out with {options.BatchSize} frames a step at {options.Size} pixels; nothing was written. Try --set batch-size={Math.Max(1, options.BatchSize / 2)} or a smaller size.", e);
        }

        method.Finish();
        using var guard = no_grad();
        if (_best.Count > 0)
            foreach (var (name, target) in method.Network.state_dict()) target.copy_(_best[name]);
    }

    private void Prepare(CancellationToken cancel)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        method.Prepare(_frames.Batches(device, cancel));
    }

    private void Epoch(CancellationToken cancel)
    {
        method.Network.train();
        var random = StartOf(_losses.Count);
        double sum = 0;
        var seen = 0;
        foreach (var batch in _frames.Epoch(random))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var step = method.TrainStep(_frames.Batch(batch, random).to(device), clock.Progress(seen / (double)_frames.Count), random);
            if (!double.IsFinite(step))
            {
                throw new TrainingException(
                    $"The loss became {step} in epoch {clock.Epoch + 1} at a learning rate of {options.LearningRate}; nothing was written. Lower it with --set learning-rate={options.LearningRate / 3:G2}.");
            }

            sum += step * batch.Length;
            seen += batch.Length;
            if (clock.Progress(seen / (double)_frames.Count) >= 1) break;
        }

        _losses.Add(sum / seen);
    }

    /// <summary>Keeps the weights where the validation normals, always disturbed in the same way, are rebuilt better than ever.</summary>
    /// <returns>Their mean loss; NaN where there are none.</returns>
    private double Validate(CancellationToken cancel)
    {
        if (validation is null || options.Patience == 0) return double.NaN;
        method.Network.eval();
        using var guard = no_grad();
        var random = StartOf(-1);
        double sum = 0;
        foreach (var batch in validation.Epoch(random))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            sum += method.Loss(validation.Batch(batch, random).to(device), random).item<float>() * batch.Length;
        }

        var loss = sum / validation.Count;
        if (!(loss < (_bestLoss ?? double.PositiveInfinity))) return loss;
        (_bestLoss, _bestEpoch) = (loss, _losses.Count);
        foreach (var (name, value) in method.TrainingState())
        {
            if (!name.StartsWith(AnomalyMethod.NetworkPrefix, StringComparison.Ordinal)) continue;
            var key = name[AnomalyMethod.NetworkPrefix.Length..];
            if (_best.TryGetValue(key, out var kept)) kept.copy_(value);
            else _best.Add(key, value.detach().clone());
        }

        return loss;
    }

    private bool IsStale() => _bestLoss is not null && _losses.Count - _bestEpoch >= options.Patience;

    private (TrainingPosition Position, IReadOnlyDictionary<string, Tensor> State) Mark()
    {
        var state = method.TrainingState().ToDictionary();
        foreach (var (name, value) in _best) state.Add($"best/{name}", value);
        return (new TrainingPosition("", clock.TrainingTime, _losses, _bestLoss, _bestEpoch), state);
    }

    private void GoOn(TrainingPosition position, IReadOnlyDictionary<string, Tensor> state)
    {
        method.Resume(state);
        _losses.AddRange(position.Losses);
        (_bestLoss, _bestEpoch) = (position.BestLoss, position.BestEpoch);
        foreach (var (name, value) in state)
            if (name.StartsWith("best/", StringComparison.Ordinal)) _best.Add(name["best/".Length..], value);
        clock.Resume(_losses.Count, _losses[^1], position.Spent);
    }

    /// <summary>Seeds torch's global generator and gives the other one.</summary>
    private Random StartOf(int epoch)
    {
        random.manual_seed(((long)seed << 20) + epoch);
        return new Random(unchecked((seed * 7919) + epoch));
    }
}
