using AnomalyLine.Inference;
using AnomalyLine.Inference.Backbones;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Learning.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Training;

/// <summary>
/// Scores of all normal parts, each by a model that has not learnt from it: for each fold a model is trained as the whole one was, from the same seed, on the parts of the other folds. What is encoded
/// once serves all of them.
/// </summary>
internal sealed class CrossCalibration(
    MethodDescriptor descriptor, MethodOptions options, Backbone? backbone, TrainingSource source, int seed, Device device, TimeProvider time, TimeSpan? limit)
{
    /// <summary>Folds of methods that learn step by step, each of which costs a training, and of those that learn at once.</summary>
    public const int Folds = 5, FoldsAtOnce = 10;

    /// <summary>Judges the held-out parts of each fold.</summary>
    /// <param name="folds">The folds.</param>
    /// <param name="progress">Told the share that is done, 0..1.</param>
    /// <param name="cancel">Stops between two steps or batches.</param>
    /// <returns>Of each held-out part, fold by fold.</returns>
    public List<Trainer.Judged> Judge(IReadOnlyList<NormalSplit> folds, Action<double> progress, CancellationToken cancel)
    {
        var judged = new List<Trainer.Judged>();
        foreach (var (number, fold) in folds.Index())
        {
            using var scope = NewDisposeScope();
            random.manual_seed(seed);
            using var method = descriptor.Create(options, backbone);
            method.Network.to(device);
            var clock = new TrainingClock(time, options.Epochs, limit, null);
            new TrainingLoop(method, options, source.Of(fold.Trained), source.Of(fold.Validated), seed, device, clock).Learn(null, resume: false, cancel);
            using var normal = options.Normalise ? PixelwiseNormalizer.Of(method, source.FramesOf(fold.Trained).Batches(device, cancel), device) : null;
            var context = TorchBackend.ContextOf(method);
            using var mode = inference_mode();
            foreach (var batch in source.Of(fold.HeldOut)!.Plain(device, cancel))
            {
                using var step = NewDisposeScope();
                var maps = method.MapOfEncoded(batch, context);
                if (normal is not null) maps = normal.Measure(maps, context.Team);
                foreach (var map in maps.split(1))
                {
                    var file = fold.HeldOut[judged.Count - folds.Take(number).Sum(f => f.HeldOut.Count)];
                    var covered = InferencePipeline.Covered(InferencePipeline.Judged(map, [source.MaskOf(file)]), source.CoverOf(file)).contiguous();
                    var score = method.Score(covered, context).item<float>();
                    Trainer.CheckScore(file, score);
                    judged.Add(new Trainer.Judged(score, covered.max().item<float>()));
                }
            }

            progress((number + 1.0) / folds.Count);
        }

        return judged;
    }
}
