using System.Text.Json;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Learning.Methods;

namespace AnomalyLine.Learning.Training;

/// <summary>
/// The model that a training starts from instead of random weights: its options, its weights, and the frames it was trained on, which may not calibrate its successor.
/// Only the network is taken: the optimiser, and a second player where a method has one, start afresh. A method that learns at once adds what is new to what the network holds.
/// </summary>
internal sealed class WarmStart
{
    /// <summary>A warm start from a model that was trained from random weights runs this part of its epochs, at this part of its learning rate.</summary>
    internal const double EpochShare = 0.2, RateShare = 0.5;

    private readonly string _path;
    private readonly byte[] _weights;
    private readonly IReadOnlySet<string>? _trainedOn;
    private readonly IReadOnlyList<CalibrationFrame> _calibratedWith;

    private WarmStart(string path, ModelManifest manifest, string version, byte[] weights, IReadOnlySet<string>? trainedOn, IReadOnlyList<CalibrationFrame> calibratedWith)
    {
        _path = path;
        _weights = weights;
        _trainedOn = trainedOn;
        _calibratedWith = calibratedWith;
        Manifest = manifest;
        Version = version;
    }

    /// <summary>What the model says of itself.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Its version.</summary>
    public string Version { get; }

    /// <summary>Reads the model file and checks its sums.</summary>
    /// <exception cref="TrainingException">It cannot be read.</exception>
    public static WarmStart Read(string path)
    {
        try
        {
            var (manifest, sha256, files) = ModelFile.Read(path);
            var weights = files.GetValueOrDefault(ModelFile.WeightsName) ?? throw new TrainingException($"{path}: the manifest names no weights; the file is damaged, copy it again.");
            return new WarmStart(path, manifest, ModelFile.VersionOf(manifest, sha256), weights, TrainingDigests.Read(files), CalibrationFrame.Read(path, files) ?? []);
        }
        catch (ModelFileException e)
        {
            throw new TrainingException(e.Message, e);
        }
    }

    /// <summary>Its options with the shorter schedule, unless it was warm-started itself: then its schedule is short already.</summary>
    /// <exception cref="TrainingException">This release does not know them.</exception>
    public MethodOptions Options(MethodDescriptor descriptor)
    {
        try
        {
            var options = OptionsJson.Read(Manifest.Options, descriptor.Presets["paper"].GetType());
            return Manifest.Parent is not null
                ? options
                : options with { Epochs = Math.Max(1, (int)Math.Ceiling(options.Epochs * EpochShare)), LearningRate = options.LearningRate * RateShare };
        }
        catch (JsonException e)
        {
            throw new TrainingException($"{_path}: its options are not those of this release's {descriptor.Name}: {e.Message}", e);
        }
    }

    /// <summary>Puts the weights into a network that must be of the same build.</summary>
    /// <exception cref="TrainingException">It is not.</exception>
    public void Apply(AnomalyMethod method)
    {
        if (method.Input with { SignificantBits = Manifest.Input.SignificantBits } != Manifest.Input.ForNetwork())
            throw new TrainingException($"{_path} takes frames as {Manifest.Input}, but the options ask for {method.Input}; leave size, channels and clip as they are, or train without --from.");
        try
        {
            method.ReadWeights(_weights);
        }
        catch (InvalidDataException e)
        {
            throw new TrainingException($"The weights of {_path} do not fit the options: {e.Message} Leave the options that shape the network as they are, or train without --from.", e);
        }
    }

    /// <summary>Those of the files that it was trained on, by their bytes; null where the file does not say, as those of earlier releases.</summary>
    public IReadOnlySet<string>? KnownOf(IReadOnlyList<string> files) =>
        _trainedOn is null ? null : files.Where(file => _trainedOn.Contains(TrainingDigests.Of(file))).ToHashSet(StringComparer.Ordinal);

    /// <summary>What a method that learns at once does with normal parts: adds those that are new to this model.</summary>
    /// <exception cref="TrainingException">No part is new, or the model does not say which frames it has learnt from.</exception>
    public NormalSplit Added(PartGroups parts)
    {
        if (_trainedOn is null) throw new TrainingException($"{_path} does not say which frames it has learnt from, so that some might count twice; train without --from.");
        var digests = parts.Parts.SelectMany(p => p.Files).ToDictionary(file => file, TrainingDigests.Of, StringComparer.Ordinal);
        var calibrated = _calibratedWith.Select(f => f.Sha256).ToHashSet(StringComparer.Ordinal);
        IReadOnlySet<string> In(IReadOnlySet<string> set) => digests.Where(d => set.Contains(d.Value)).Select(d => d.Key).ToHashSet(StringComparer.Ordinal);
        return NormalSplit.Added(parts, In(_trainedOn), In(calibrated));
    }

    /// <summary>Of the frames that it was calibrated with, those that cannot calibrate its successor anew, with the scores that it or its like gave them.</summary>
    /// <param name="judged">Those that can.</param>
    public IReadOnlyList<CalibrationFrame> Carried(IReadOnlyList<CalibrationFrame> judged) => [.. _calibratedWith.ExceptBy(judged.Select(f => f.Sha256), f => f.Sha256)];

    /// <summary>Digests of its training frames and those of its own parents; none where the file does not say.</summary>
    public IEnumerable<string> TrainedOn => _trainedOn ?? Enumerable.Empty<string>();
}
