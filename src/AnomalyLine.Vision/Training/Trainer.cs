using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Vision.Catalog;
using AnomalyLine.Vision.Backbones;
using AnomalyLine.Vision.Methods;
using AnomalyLine.Vision.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Training;

/// <summary>
/// Trains a model on the normal frames of a folder, calibrates it on those it held out, and writes the model file.
/// Runs in a process of its own: it sets torch's global generator and takes all cores.
/// </summary>
public static class Trainer
{
    private const int References = 3;

    /// <summary>Trains. Nothing is written where it fails or is cancelled.</summary>
    /// <param name="request">What to train.</param>
    /// <param name="progress">Told after each epoch and at each stage; null for nobody.</param>
    /// <param name="time">The clock for the time limit and the creation time; the system's by default.</param>
    /// <param name="cancel">Stops between two steps.</param>
    /// <exception cref="TrainingException">The request is wrong (all that is wrong at once), or the loss stopped being a number.</exception>
    /// <exception cref="DatasetException">The folder or a frame in it cannot be used.</exception>
    /// <exception cref="EngineException">The native engine or the device cannot be used.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TrainingResult Train(TrainingRequest request, IProgress<TrainingProgress>? progress = null, TimeProvider? time = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            return Train(request, time ?? TimeProvider.System, progress, cancel);
        }
        catch (ExternalException e) when (TorchEngine.IsOutOfMemory(e))
        {
            throw new TrainingException("Memory ran out beside the training steps, where frames are judged to calibrate; nothing was written. Try a smaller size, --set size=, or a narrower preset.", e);
        }
    }

    private static TrainingResult Train(TrainingRequest request, TimeProvider time, IProgress<TrainingProgress>? progress, CancellationToken cancel)
    {
        var warm = request.From is null ? null : WarmStart.Read(request.From);
        var (descriptor, options) = Check(request, warm);
        var device = TorchEngine.ResolveDevice(request.Device);
        if (options.Precision == TrainingPrecision.Auto)
            options = options with { Precision = device.type == DeviceType.CPU && TorchEngine.ComputesInBfloat16 ? TrainingPrecision.Bfloat16 : TrainingPrecision.Single };
        var data = DatasetFolder.Open(request.DataFolder);
        var parts = options.Input.Frames > 1 ? PartGroups.Single(data.TrainNormals) : request.Parts ?? PartGroups.Of(data.TrainNormals, cancel);
        string[] readable = [.. parts.Parts.SelectMany(p => p.Files)];
        if (warm is null && request.ChoosesChannels && options.Channels == 3 && TrainingFrames.AreGrey(readable, cancel)) options = options with { Channels = 1 };
        if (options.SignificantBits == 0) options = options with { SignificantBits = TrainingFrames.SignificantBitsOf(readable, cancel) };
        var chooses = warm is null && request.ChoosesMaps && options.CanNormalise && MapChoice.IsPossible(options.Input, parts.Parts.Count, request.HeldOut);
        var (trained, validated, heldOut, learnt) = NormalSplit.Of(
            parts, request.Seed, request.HeldOut, options.Patience > 0 || chooses || options.CompletesOnValidation, options.Input.Frames, warm?.KnownOf(readable));
        var trainingSet = new TrainingSet(trained.Count, DatasetFolder.Digest(readable), parts.Files, parts.Parts.Count);
        var checkpoint = new Checkpoint(request.Output, Fingerprint(request, options, validated.Count, trainingSet, warm), time);

        var clock = new TrainingClock(time, options.Epochs, request.MaxTime, progress);
        clock.Enter(TrainingStage.Loading);
        using var frames = new TrainingFrames(trained, options, cancel);
        using var validation = options.Patience == 0 && !options.CompletesOnValidation ? null : new TrainingFrames(validated, options, cancel);
        random.manual_seed(request.Seed);
        using var method = Create(descriptor, options);
        if (!method.LearnsAtOnce) warm?.Apply(method);
        method.Network.to(device);
        FeatureCache? Encoded(TrainingFrames plain, Action<double>? progress) =>
            method.Encoding is null ? null : new FeatureCache(plain, method, options.BatchSize, device, progress, cancel);
        using var features = Encoded(frames, clock.Load);
        using var validationFeatures = validation is null ? null : Encoded(validation, null);
        TrainingBatches learning = (TrainingBatches?)features ?? frames;
        var validating = (TrainingBatches?)validationFeatures ?? validation;
        var loop = new TrainingLoop(method, options, learning, options.Patience > 0 ? validating : null, request.Seed, device, clock);
        TorchEngine.TensorFloat32 = options.Precision == TrainingPrecision.TensorFloat32;
        try
        {
            if (method.LearnsAtOnce) clock.Enter(TrainingStage.Training);
            else loop.Run(checkpoint, request.Resume, cancel);
        }
        finally
        {
            TorchEngine.TensorFloat32 = false;
        }

        method.Network.eval();
        if (!method.LearnsAtOnce) clock.Enter(TrainingStage.Calibrating);
        using (no_grad())
        using (NewDisposeScope()) method.Complete((options.CompletesOnValidation ? validating! : learning).Batches(device, cancel));
        if (method.LearnsAtOnce) clock.Enter(TrainingStage.Calibrating);
        using var maps = chooses || options.Normalise ? NormalMaps.Of(method, frames, device, cancel) : null;
        var weights = SafeTensors.Write(method.Network);
        var metrics = new Dictionary<string, double> { ["epochs"] = clock.Epoch, ["takenEpoch"] = loop.TakenEpoch, ["trainingMinutes"] = clock.TrainingTime.TotalMinutes };
        if (loop.Losses.Count > 0) metrics["finalLoss"] = loop.Losses[^1];
        var manifest = new ModelManifest
        {
            FormatVersion = ModelManifest.CurrentFormatVersion,
            Method = descriptor.Name,
            Preset = warm?.Manifest.Preset ?? request.Preset,
            Parent = warm?.Version,
            Options = OptionsJson.Write(options),
            Input = options.Input,
            Seed = request.Seed,
            TrainingSet = trainingSet,
            Calibration = new Calibration(float.NaN, float.NaN, request.FalseRejectRate, 1, IsCertified: false, 0, ""),
            Metrics = metrics,
            Notes = Notes(parts, data),
            Losses = loop.Losses,
            Libraries = new Dictionary<string, string> { ["TorchSharp"] = TorchEngine.Version, ["AnomalyLine"] = typeof(Trainer).Assembly.GetName().Version?.ToString() ?? "unknown" },
            CreationTime = time.GetUtcNow(),
            References = [],
            Files = new Dictionary<string, string>(),
        };
        using var staging = new FrameStaging(options.Input, device);
        AnomalyModel Against(NormalMaps? normal) => new(method, manifest, descriptor.Name, staging, normal);
        if (chooses)
        {
            options = options with { Normalise = MapChoice.Measures(Against(null), Against(maps), validated, metrics, cancel) };
            manifest = manifest with { Options = OptionsJson.Write(options) };
        }

        var normal = options.Normalise ? maps : null;
        var judging = Against(normal);
        if (method.Encoding is null && Bfloat16Gate.IsPossible(options.Input, validated.Count, device))
        {
            using var half = AnomalyModel.InBfloat16(manifest, weights, device);
            var inHalf = new AnomalyModel(half, manifest, descriptor.Name, staging, normal);
            manifest = manifest with { Bfloat16 = Bfloat16Gate.Try(judging, inHalf, validated, cancel) };
        }

        var judged = Judge(judging, heldOut, cancel);
        CalibrationFrame[] calibrated = [.. heldOut.Zip(judged, (path, j) => new CalibrationFrame(TrainingDigests.Of(path), j.Score, j.Peak, Statistics(path, options.SignificantBits)))];
        manifest = manifest with { Notes = [.. manifest.Notes, .. HeldOutCheck.Notes(heldOut, calibrated)] };
        clock.Enter(TrainingStage.Saving);
        var files = new Dictionary<string, byte[]>
        {
            [ModelFile.WeightsName] = weights,
            [TrainingDigests.Name] = TrainingDigests.Write(learnt.Select(TrainingDigests.Of).Concat(warm?.TrainedOn ?? [])),
            [CalibrationFrame.Name] = CalibrationFrame.Write(calibrated),
        };
        if (method.Backbone is { } backbone) files.Add(ModelFile.BackboneName, backbone.ToBytes());
        if (normal is not null) files.Add(ModelFile.NormalName, normal.Write());
        var result = Save(request, manifest, files, judged, judging) with { Unreadable = parts.Unreadable };
        checkpoint.Delete();
        return result;
    }

    private static AnomalyMethod Create(MethodDescriptor descriptor, MethodOptions options)
    {
        try
        {
            return descriptor.Create(options);
        }
        catch (BackboneException e)
        {
            throw new TrainingException($"{e.Message} Nothing was written.", e);
        }
    }

    private static string[] Notes(PartGroups parts, DatasetFolder data) =>
        [.. new[] { parts.Note("normal frames") }.OfType<string>(), .. parts.Unreadable.Select(e => $"left out, for it cannot be read: {e}"), .. data.Notes];

    private static (MethodDescriptor Descriptor, MethodOptions Options) Check(TrainingRequest request, WarmStart? warm)
    {
        var errors = new List<string>();
        var descriptor = MethodCatalog.Find(request.Method);
        if (descriptor is null) errors.Add($"method '{request.Method}' is unknown; use one of {string.Join(", ", MethodCatalog.All.Select(m => m.Name))}.");
        if (!MethodDescriptor.PresetNames.Contains(request.Preset, StringComparer.Ordinal)) errors.Add($"preset '{request.Preset}' is unknown; use one of {string.Join(", ", MethodDescriptor.PresetNames)}.");
        if (request.FalseRejectRate is not (> 0 and < 1)) errors.Add($"the false-reject rate is {request.FalseRejectRate}; it must be above 0 and below 1.");
        if (request.HeldOut is not (> 0 and <= 0.5)) errors.Add($"the held-out share is {request.HeldOut}; it must be above 0 and at most 0.5.");
        if (request.MaxTime <= TimeSpan.Zero) errors.Add($"the time limit is {request.MaxTime}; it must be above 0.");
        if (AtomicFile.WhyNot(request.Output) is { } unwritable) errors.Add(unwritable);
        var fits = warm is null || string.Equals(warm.Manifest.Method, request.Method, StringComparison.Ordinal);
        if (!fits)
            errors.Add($"{request.From} is a model of '{warm!.Manifest.Method}', not of '{request.Method}'; a model can only be started from one of its own method.");
        MethodOptions? options = null;
        if (fits && descriptor is not null && descriptor.Presets.TryGetValue(request.Preset, out var preset))
        {
            options = OptionsJson.Change(warm?.Options(descriptor) ?? preset, request.Options, out var wrong);
            if (request.Epochs is { } epochs) options = options with { Epochs = epochs };
            errors.AddRange(request.Epochs is null ? wrong : wrong.Concat(options.Validate()).Distinct());
        }

        return errors.Count == 0 && descriptor is not null && options is not null
            ? (descriptor, options)
            : throw new TrainingException(string.Join(Environment.NewLine, errors));
    }

    /// <summary>What must be the same for one training to go on where another stopped.</summary>
    private static string Fingerprint(TrainingRequest request, MethodOptions options, int validated, TrainingSet set, WarmStart? warm) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes(string.Join('\n', request.Method, OptionsJson.Write(options).ToJsonString(), request.Seed, request.HeldOut, validated, set.Count, set.Digest, warm?.Version))));

    private static FrameStatistics Statistics(string path, int significantBits) =>
        FrameStatistics.TryMeasure(FrameFile.Read(path).AssumeBits(significantBits), null, out var statistics, out var error) ? statistics : throw new DatasetException($"{path}: {error}");

    private static List<Judged> Judge(AnomalyModel model, IReadOnlyList<string> heldOut, CancellationToken cancel)
    {
        var judged = new List<Judged>(heldOut.Count);
        foreach (var path in heldOut)
        {
            cancel.ThrowIfCancellationRequested();
            using var prepared = TrainingFrames.Prepare(path, model.Input);
            var detection = model.Detect([prepared])[0];
            if (!float.IsFinite(detection.Score)) throw new TrainingException($"{path}: the trained model gives a score of {detection.Score}; nothing was written. Train with a lower learning rate.");
            judged.Add(new Judged(detection.Score, detection.Map.Values.ToArray().Max(), ReferenceFrames.Encode(prepared)));
        }

        return judged;
    }

    private static TrainingResult Save(TrainingRequest request, ModelManifest manifest, Dictionary<string, byte[]> files, List<Judged> judged, AnomalyModel model)
    {
        var calibration = Calibrator.Calibrate(
            judged.Select(j => j.Score).ToArray(), judged.Select(j => j.Peak).ToArray(), request.FalseRejectRate, request.Calibration);
        var references = new List<ModelReference>();
        var byScore = judged.OrderBy(j => j.Score).ToArray();
        for (var i = 0; i < Math.Min(References, byScore.Length); i++)
        {
            var reference = byScore[i * (byScore.Length - 1) / Math.Max(1, Math.Min(References, byScore.Length) - 1)];
            var name = $"reference/{i + 1}.png";
            files.Add(name, reference.Png);
            references.Add(new ModelReference(name, Replayed(model, name, reference.Png)));
        }

        return Write(request.Output, manifest with { Calibration = calibration, References = references }, files, request.Device);
    }

    /// <summary>The score of a reference as loading will see it: of the file, not of the frame that it was made from.</summary>
    private static float Replayed(AnomalyModel model, string name, byte[] png)
    {
        using var prepared = ReferenceFrames.Decode(png, model.Input, out var error) ?? throw new TrainingException($"{name}: {error}");
        return model.Detect([prepared])[0].Score;
    }

    /// <summary>Writes a model file that loads, or none: it is loaded and replayed, as everyone who uses it will do, before it takes its place.</summary>
    /// <exception cref="TrainingException">It cannot be written, or does not pass.</exception>
    internal static TrainingResult Write(string path, ModelManifest manifest, IReadOnlyDictionary<string, byte[]> files, string device)
    {
        try
        {
            var written = ModelFile.Write(path, manifest, files, part => Check(part, path, device));
            return new TrainingResult(path, ModelFile.ReadManifest(path).Version, written);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"{path}: the model cannot be written: {e.Message}", e);
        }
    }

    private static void Check(string part, string path, string device)
    {
        try
        {
            AnomalyModel.Load(part, device).Dispose();
        }
        catch (ModelFileException e)
        {
            throw new TrainingException($"The trained model is refused by the check that loading makes, so nothing was written. {e.Message.Replace(part, path, StringComparison.Ordinal)}", e);
        }
    }

    private sealed record Judged(float Score, float Peak, byte[] Png);
}
