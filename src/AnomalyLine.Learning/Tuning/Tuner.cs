using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Evaluation.Defects;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference;
using AnomalyLine.Inference.Backends.OnnxRuntime;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Threading;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods;
using AnomalyLine.Learning.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Tuning;

/// <summary>
/// Chooses a method for people who do not read papers: a third of the time for a short training of every method that judges fast enough, a third for longer trainings of
/// the best three, a third for the longest of the best one; the model that ranks highest on planted defects is written, whichever round it is from
/// (Jamieson and Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016: successive halving). The test folders are never read.
/// </summary>
public static class Tuner
{
    private static readonly int[] Field = [int.MaxValue, 3, 1];
    private static readonly string[] Presets = ["fast", "balanced"];

    /// <summary>Tries, chooses, writes. Nothing is left where it fails or is cancelled. Takes the calling thread and all cores.</summary>
    /// <exception cref="TrainingException">The request is wrong (all that is wrong at once), no method is fast enough, or every training failed.</exception>
    /// <exception cref="DatasetException">The folder or a frame in it cannot be used.</exception>
    /// <exception cref="EngineException">The native engine or the device cannot be used.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TuningResult Tune(TuningRequest request, IProgress<TuningProgress>? progress = null, TimeProvider? time = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Check(request);
        time ??= TimeProvider.System;
        var start = time.GetTimestamp();
        var parts = PartGroups.Of(DatasetFolder.Open(request.DataFolder).TrainNormals, cancel);
        var normals = NormalSplit.Of(parts, request.Seed, request.HeldOut, validate: false).HeldOut;
        var test = new SyntheticTest(normals);
        var budget = new Budget(time, start, request.MaxTime);
        var folder = request.TrialFolder ?? Directory.CreateTempSubdirectory("anomalyline-tune-").FullName;
        try
        {
            progress?.Report(new TuningProgress(0, "measuring how long each method takes for a frame"));
            var paces = Candidates(request).ToDictionary(c => c, c => Milliseconds(c, test, request.Device, time, cancel));
            var trials = new Trials(request, parts, test, folder, progress, time, budget);
            foreach (var (candidate, pace) in paces.Where(p => p.Value > request.MaxMsPerFrame)) trials.Exclude(candidate, pace);
            Run(trials, paces, request.MaxMsPerFrame, cancel);
            return trials.Choose(Math.Min(normals.Count, SyntheticTest.MostFrames), time.GetElapsedTime(start), cancel);
        }
        finally
        {
            if (request.TrialFolder is null) Directory.Delete(folder, recursive: true);
        }
    }

    private static void Run(Trials trials, Dictionary<Candidate, double> paces, double limit, CancellationToken cancel)
    {
        var affordable = paces.Where(p => p.Value <= limit).Select(p => p.Key).ToArray();
        if (affordable.Length == 0) return;
        var field = affordable.Where(c => c.Preset == "fast").Concat(affordable.Where(c => !affordable.Contains(c with { Preset = "fast" }))).ToArray();

        // A single method needs no comparison: it gets all of the time.
        for (var round = field.Length == 1 ? Field.Length - 1 : 0; round < Field.Length; round++)
        {
            if (field.Length > 1) field = [.. trials.Best(Field[round], field)];
            if (round > 0) field = [.. field.Select(c => affordable.Contains(c with { Preset = "balanced" }) ? c with { Preset = "balanced" } : c)];
            foreach (var (number, candidate) in field.Index()) trials.Run(round + 1, Field.Length, candidate, paces[candidate], field.Length - number, cancel);
        }
    }

    private static void Check(TuningRequest request)
    {
        var errors = new List<string>();
        foreach (var method in request.Methods.Where(m => MethodCatalog.Find(m) is null))
            errors.Add($"method '{method}' is unknown; use some of {string.Join(", ", MethodCatalog.All.Select(m => m.Name))}.");
        if (request.MaxTime <= TimeSpan.Zero) errors.Add($"the time limit is {request.MaxTime}; it must be above 0.");
        if (!(request.MaxMsPerFrame > 0)) errors.Add($"the limit of milliseconds a frame is {request.MaxMsPerFrame}; it must be above 0.");
        if (request.FalseRejectRate is not (> 0 and < 1)) errors.Add($"the false-reject rate is {request.FalseRejectRate}; it must be above 0 and below 1.");
        if (request.HeldOut is not (> 0 and <= 0.5)) errors.Add($"the held-out share is {request.HeldOut}; it must be above 0 and at most 0.5.");
        if (AtomicFile.WhyNot(request.Output) is { } unwritable) errors.Add(unwritable);
        if (errors.Count > 0) throw new TrainingException(string.Join(Environment.NewLine, errors));
    }

    private static IEnumerable<Candidate> Candidates(TuningRequest request) =>
        from method in MethodCatalog.All
        where request.Methods.Count == 0 || request.Methods.Contains(method.Name, StringComparer.Ordinal)
        from preset in Presets
        select new Candidate(method.Name, preset);

    /// <summary>The fastest of a few frames alone, on the engine that is faster as when it serves, with random weights: they cost what trained ones do.</summary>
    private static double Milliseconds(Candidate candidate, SyntheticTest test, string device, TimeProvider time, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var descriptor = MethodCatalog.Find(candidate.Method)!;
        var options = descriptor.Presets[candidate.Preset];
        var target = TorchEngine.ResolveDevice(device);
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        using var method = descriptor.Create(options);
        method.Network.to(target);
        InferenceOptimizer.Optimize(method.Network);
        using var prepared = test.First(options.Input);
        using var staging = new FrameStaging(options.Input, target);
        var frame = staging.Move([prepared], 1);
        var least = Milliseconds(method, frame, TorchBackend.ContextOf(method), time);
        if (target.type != DeviceType.CPU) return least;
        try
        {
            using var onnx = OnnxBackend.Of(method, TorchEngine.Threads);
            using var team = new ThreadTeam(TorchEngine.Threads);
            return Math.Min(least, Milliseconds(method, frame, new InferenceContext(onnx, team), time));
        }
        catch (Exception e) when (OnnxBackend.CannotRun(e))
        {
            // It cannot run there, so that it will not be served there either.
            return least;
        }
    }

    private static double Milliseconds(AnomalyMethod method, Tensor frame, InferenceContext context, TimeProvider time)
    {
        const int repeats = 3;
        var least = double.PositiveInfinity;
        for (var i = 0; i <= repeats; i++)
        {
            using var step = NewDisposeScope();
            var begin = time.GetTimestamp();
            method.Score(method.AnomalyMap(frame, context), context).cpu();
            if (i > 0) least = Math.Min(least, time.GetElapsedTime(begin).TotalMilliseconds);
        }

        return least;
    }
}
