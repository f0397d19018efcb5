using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference;
using AnomalyLine.Inference.Backbones;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Tensors;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Training;

/// <summary>
/// Trains a model on the normal frames of a folder, calibrates it on those it held out, and writes the model file.
/// Runs in a process of its own: it sets torch's global generator and takes all cores.
/// </summary>
public static class Trainer
{
    private const int References = 3, TiledReferences = 1;

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
        using var zeroed = TorchEngine.ZeroNewMemory();
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
        if (warm is null && request.ChoosesChannels && options.Channels == 3 && TrainingFrames.AreGrey(readable, options.Area, cancel)) options = options with { Channels = 1 };
        if (warm is null) options = Fitted(request, options, TrainingFrames.SizeOf(readable, options.Area, cancel));
        string? aligned = null;
        if (warm is null && options.Input.Frames == 1) options = options with { Alignment = AlignmentTraining.Choose(options.Align, [.. parts.Parts.Select(p => p.Sample)], cancel, out aligned) };
        if (options.SignificantBits == 0) options = options with { SignificantBits = TrainingFrames.SignificantBitsOf(readable, cancel) };
        random.manual_seed(request.Seed);
        using var method = Create(descriptor, options);
        var kind = KindOf(request, options, method, parts, warm);
        var chooses = warm is null && request.ChoosesMaps && options.CanNormalise && !options.IsTiled && NormalizationChoice.IsPossible(options.Input, parts.Parts.Count, request.HeldOut);
        var validates = options.Patience > 0 || chooses || options.CompletesOnValidation;
        IReadOnlyList<NormalSplit> folds = [];
        NormalSplit split;
        var adds = warm is not null && method.LearnsAtOnce;
        if (adds) split = warm!.Added(parts);
        else if (kind == CalibrationKind.Cross) (split, folds) = NormalSplit.Cross(parts, request.Seed, method.LearnsAtOnce ? CrossCalibration.FoldsAtOnce : CrossCalibration.Folds, validates);
        else split = NormalSplit.Of(parts, request.Seed, request.HeldOut, validates, options.Input.Frames, warm?.KnownOf(readable));
        var (trained, validated, heldOut, learnt) = split;
        if (request.Epochs is null) options = options with { Epochs = options.EpochsOf(trained.Count) };
        var trainingSet = new TrainingSet(trained.Count + (adds ? warm!.Manifest.TrainingSet.Count : 0), DatasetFolder.Digest(readable), parts.Files, parts.Parts.Count);
        var checkpoint = new Checkpoint(request.Output, Fingerprint(request, options, kind, validated.Count, trainingSet, warm), time);

        var limit = folds.Count > 0 ? request.MaxTime / (folds.Count + 1) : request.MaxTime;
        var clock = new TrainingClock(time, options.Epochs, limit, progress);
        if (method.LearnsAtOnce) clock.Weigh(loading: 0.7, calibrating: 0.25);
        else if (folds.Count > 0) clock.Weigh(loading: 0, calibrating: folds.Count / (folds.Count + 1.0));
        clock.Enter(TrainingStage.Loading);
        string[] known = [.. trained, .. options.Patience > 0 || options.CompletesOnValidation || folds.Count > 0 ? validated : []];
        using var frames = new TrainingFrames(known, options, request.Seed, cancel);
        warm?.Apply(method);
        method.Network.to(device);
        using var features = method.Encoding is null ? null : new FeatureCache(frames, method, options.BatchSize, device, clock.Advance, cancel);
        var source = new TrainingSource((TrainingBatches?)features ?? frames, frames, known);
        var loop = new TrainingLoop(method, options, source.Of(trained), source.Of(validated), request.Seed, device, clock) { IsWarm = warm is not null };
        loop.Learn(checkpoint, request.Resume, cancel);
        clock.Enter(TrainingStage.Calibrating);
        using var maps = chooses || options.Normalise ? PixelwiseNormalizer.Of(method, source.FramesOf(trained).Batches(device, cancel), device) : null;
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
            Input = options.FrameInput,
            Seed = request.Seed,
            TrainingSet = trainingSet,
            Calibration = new Calibration(float.NaN, float.NaN, request.FalseRejectRate, 1, IsCertified: false, 0, ""),
            Metrics = metrics,
            Notes = aligned is null ? Notes(parts, data) : [.. Notes(parts, data), aligned],
            Losses = loop.Losses,
            Libraries = new Dictionary<string, string> { ["TorchSharp"] = TorchEngine.Version, ["AnomalyLine"] = typeof(Trainer).Assembly.GetName().Version?.ToString() ?? "unknown" },
            CreationTime = time.GetUtcNow(),
            References = [],
            Files = new Dictionary<string, string>(),
        };
        using var staging = new FrameStaging(options.FrameInput, device);
        AnomalyModel Against(PixelwiseNormalizer? normal) => new(method, manifest, descriptor.Name, staging, normal);
        if (chooses)
        {
            options = options with { Normalise = NormalizationChoice.Normalizes(Against(null), Against(maps), validated, metrics, cancel) };
            manifest = manifest with { Options = OptionsJson.Write(options) };
        }

        var normal = options.Normalise ? maps : null;
        var judging = Against(normal);
        if (method.Encoding is null && Bfloat16Check.IsPossible(options.Input, validated.Count, device))
        {
            using var half = ModelLoader.Create(manifest, weights);
            InferenceOptimizer.OptimizeInBfloat16(half.Network, device);
            var inHalf = new AnomalyModel(half, manifest, descriptor.Name, staging, normal);
            manifest = manifest with { Bfloat16 = Bfloat16Check.Try(judging, inHalf, validated, cancel) };
        }

        if (folds.Count > 0) heldOut = [.. folds.SelectMany(f => f.HeldOut)];
        var judged = folds.Count == 0
            ? Judge(judging, heldOut, cancel)
            : new CrossCalibration(descriptor, options, method.Backbone, source, request.Seed, device, time, limit).Judge(folds, clock.Advance, cancel);
        CalibrationFrame[] calibrated = [.. heldOut.Zip(judged, (path, j) => new CalibrationFrame(TrainingDigests.Of(path), j.Score, j.Peak, Statistics(path, options)))];
        if (options.IsTiled) manifest = manifest with { Notes = [.. manifest.Notes, TileNote(options, judging, heldOut.Concat(trained).First(), time)] };
        manifest = manifest with { Notes = [.. manifest.Notes, .. HeldOutCheck.Notes(heldOut, calibrated)] };
        var carried = adds ? warm!.Carried(calibrated) : [];
        if (carried.Count > 0)
        {
            // No other model has judged these parts, but those that had not learnt from them: what cross calibration says of its scores is true of these.
            kind = CalibrationKind.Cross;
            calibrated = [.. calibrated, .. carried];
            manifest = manifest with { Notes = [.. manifest.Notes, $"{carried.Count} of {calibrated.Length} calibration scores are those of {warm!.Version}, to which {trained.Count} frames were added: their frames were not given, or the model has learnt from them. Train without a model to start from for scores of its own."] };
        }

        clock.Enter(TrainingStage.Saving);
        var calibration = Calibrate(request, kind, calibrated);
        if (UnusualNormals.Note(heldOut, calibrated, calibration.Threshold) is { } unusual) manifest = manifest with { Notes = [.. manifest.Notes, unusual] };
        var files = new Dictionary<string, byte[]>
        {
            [ModelFile.WeightsName] = weights,
            [TrainingDigests.Name] = TrainingDigests.Write(learnt.Select(TrainingDigests.Of).Concat(warm?.TrainedOn ?? [])),
            [CalibrationFrame.Name] = CalibrationFrame.Write(calibrated),
        };
        if (method.Backbone is { } backbone) files.Add(ModelFile.BackboneName, backbone.ToBytes());
        if (normal is not null) files.Add(ModelFile.NormalName, normal.Write());
        if (heldOut.Count == 0) (heldOut, judged) = (trained, Judge(judging, trained, cancel));
        var result = Save(request, calibration, manifest, files, [.. heldOut.Zip(judged)], judging) with { Unreadable = parts.Unreadable };
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

    /// <summary>The options that are asked for; of a size that only says how many pixels there are to be, the nearest that the method can have.</summary>
    private static IReadOnlyDictionary<string, string> Rounded(TrainingRequest request, MethodOptions preset)
    {
        var size = request.Options.FirstOrDefault(o => o.Key.Equals("size", StringComparison.OrdinalIgnoreCase));
        if (!request.ChoosesProportions || !int.TryParse(size.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var side)) return request.Options;
        if (side < preset.SizeStep) return request.Options;
        var nearest = (int)Math.Round((double)side / preset.SizeStep) * preset.SizeStep;
        return new Dictionary<string, string>(request.Options) { [size.Key] = nearest.ToString(CultureInfo.InvariantCulture) };
    }

    /// <summary>Options whose input suits frames of a size: by the smallest defect that must be seen, else by their proportions.</summary>
    private static MethodOptions Fitted(TrainingRequest request, MethodOptions options, (int Width, int Height) frame)
    {
        var tiled = options.IsTiled ? options with { Fit = request.ChoosesProportions ? FrameFit.Letterbox : options.Fit } : options.ForSmallestDefect(frame.Width, frame.Height);
        if (tiled.Validate().FirstOrDefault() is { } wrong)
        {
            throw new TrainingException(string.Create(CultureInfo.InvariantCulture,
                $"Defects of {options.SmallestDefect} pixels on frames of {frame.Width} x {frame.Height} need {tiled.TileColumns} x {tiled.TileRows} tiles of {tiled.Size} pixels, which cannot be: {wrong}"));
        }

        return tiled.IsTiled || !request.ChoosesProportions ? tiled : InProportion(tiled, (double)frame.Width / frame.Height);
    }

    /// <summary>Options whose input has the proportions of frames; of a square where the method allows no such size.</summary>
    internal static MethodOptions InProportion(MethodOptions options, double proportions)
    {
        var boxed = options with { Fit = FrameFit.Letterbox };
        var fitting = boxed with { Size = boxed.SizeFor(proportions) };
        return fitting.Validate().Any() ? boxed : fitting;
    }

    /// <summary>How thresholds are taken: as was asked, else what suits the method and the number of parts.</summary>
    private static CalibrationKind KindOf(TrainingRequest request, MethodOptions options, AnomalyMethod method, PartGroups parts, WarmStart? warm)
    {
        var canCross = warm is null && options.Input.Frames == 1 && !options.IsTiled;
        if (request.Calibration == CalibrationKind.Cross && !canCross)
            throw new TrainingException($"Cross calibration {(options.IsTiled ? "is not for frames that are judged by tiles" : warm is null ? "is for single frames, not for clips" : "needs a model that is trained anew, not one that starts from another")}; use conformal.");
        var held = (int)Math.Round(parts.Parts.Count * request.HeldOut);
        return request.Calibration ?? (canCross && method.LearnsAtOnce && held < Calibrator.Needed(request.FalseRejectRate) ? CalibrationKind.Cross : CalibrationKind.Conformal);
    }

    /// <summary>What tiles there are, and what they cost.</summary>
    private static string TileNote(MethodOptions options, AnomalyModel model, string file, TimeProvider time)
    {
        using var prepared = TrainingFrames.Prepare(file, model.Input);
        var start = time.GetTimestamp();
        model.Detect([prepared]);
        var defects = options.SmallestDefect > 0 ? $"Defects from {options.SmallestDefect} pixels of the frame on are looked for: " : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{defects}each frame is judged by {options.TileColumns} x {options.TileRows} tiles of {options.Size} pixels, which took {time.GetElapsedTime(start).TotalMilliseconds:0} ms here.");
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
        if (request.Area?.Check() is { } area) errors.Add($"{area}.");
        var own = warm?.Manifest.Input.Area;
        var alignment = warm?.Manifest.Input.Alignment;
        if (fits && warm is not null && descriptor is not null && request.Area is { } other && !other.Equals(own ?? new InspectionArea(null, [])) && descriptor.Presets["fast"].LearnsAtOnce)
            errors.Add($"{request.From} has learnt from another area of the frames, and '{request.Method}' keeps what it has learnt; train without a model to start from.");
        MethodOptions? options = null;
        if (fits && descriptor is not null && descriptor.Presets.TryGetValue(request.Preset, out var preset))
        {
            options = OptionsJson.Change(warm?.Options(descriptor) ?? preset, Rounded(request, preset), out var wrong);
            options = options with { Area = (request.Area ?? own) is { IsWhole: false } judged ? judged : null, Alignment = alignment };
            if (warm is not null && options.Align != warm.Options(descriptor).Align)
                errors.Add($"{request.From} has learnt from frames that {(alignment is null ? "were not" : "were")} aligned, and a model that starts from it does the same; leave align out, or train without a model to start from.");
            if (request.Epochs is { } epochs) options = options with { Epochs = epochs };
            errors.AddRange(request.Epochs is null ? wrong : wrong.Concat(options.Validate()).Distinct());
        }

        return errors.Count == 0 && descriptor is not null && options is not null
            ? (descriptor, options)
            : throw new TrainingException(string.Join(Environment.NewLine, errors));
    }

    /// <summary>What must be the same for one training to go on where another stopped.</summary>
    private static string Fingerprint(TrainingRequest request, MethodOptions options, CalibrationKind kind, int validated, TrainingSet set, WarmStart? warm) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes(string.Join('\n', request.Method, OptionsJson.Write(options).ToJsonString(), request.Seed, request.HeldOut, kind, validated, set.Count, set.Digest, warm?.Version, options.Area?.ToJson()))));

    private static FrameStatistics Statistics(string path, MethodOptions options) =>
        FrameStatistics.TryMeasure(FrameFile.Read(path).AssumeBits(options.SignificantBits), options.Area, options.Alignment, out var statistics, out var error) ? statistics : throw new DatasetException($"{path}: {error}");

    private static List<Judged> Judge(AnomalyModel model, IReadOnlyList<string> heldOut, CancellationToken cancel)
    {
        var judged = new List<Judged>(heldOut.Count);
        foreach (var path in heldOut)
        {
            cancel.ThrowIfCancellationRequested();
            using var prepared = TrainingFrames.Prepare(path, model.Input);
            var detection = model.Detect([prepared])[0];
            CheckScore(path, detection.Score);
            judged.Add(new Judged(detection.Score, detection.Map.Values.ToArray().Max()));
        }

        return judged;
    }

    /// <exception cref="TrainingException">It is no number.</exception>
    internal static void CheckScore(string path, float score)
    {
        if (!float.IsFinite(score)) throw new TrainingException($"{path}: the trained model gives a score of {score}; nothing was written. Train with a lower learning rate.");
    }

    private static Calibration Calibrate(TrainingRequest request, CalibrationKind kind, CalibrationFrame[] frames) =>
        Calibrator.Calibrate(frames.Select(f => f.Score).ToArray(), frames.Select(f => f.Peak).ToArray(), request.FalseRejectRate, kind);

    private static TrainingResult Save(TrainingRequest request, Calibration calibration, ModelManifest manifest, Dictionary<string, byte[]> files, IReadOnlyList<(string File, Judged Judged)> judged, AnomalyModel model)
    {
        var references = new List<ModelReference>();
        var byScore = judged.OrderBy(j => j.Judged.Score).ToArray();
        var count = Math.Min(model.Input.Tiles is null ? References : TiledReferences, byScore.Length);
        for (var i = 0; i < count; i++)
        {
            var reference = byScore[i * (byScore.Length - 1) / Math.Max(1, count - 1)];
            var name = $"reference/{i + 1}.png";
            using var prepared = TrainingFrames.Prepare(reference.File, model.Input);
            var png = ReferenceFrames.Encode(prepared);
            files.Add(name, png);
            references.Add(new ModelReference(name, Replayed(model, name, png)));
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
            ModelLoader.Load(part, device).Dispose();
        }
        catch (ModelFileException e)
        {
            throw new TrainingException($"The trained model is refused by the check that loading makes, so nothing was written. {e.Message.Replace(part, path, StringComparison.Ordinal)}", e);
        }
    }

    /// <summary>What a model says of a frame.</summary>
    /// <param name="Score">Its score.</param>
    /// <param name="Peak">The largest value of its map.</param>
    internal sealed record Judged(float Score, float Peak);
}
