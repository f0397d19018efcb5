using System.Text.Json;
using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Inference;
using AnomalyLine.Inference.Backbones;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Learning.Methods;

namespace AnomalyLine.Learning.Catalog;

/// <summary>Loads model files of the methods that this release knows.</summary>
public static class ModelLoader
{
    /// <summary>Loads a model file, checks its sums, and replays its reference frames, which also warms it up.</summary>
    /// <param name="path">The .alm file.</param>
    /// <param name="device">"auto", "cpu" or "cuda".</param>
    /// <param name="engine">What computes its network; <see cref="AnomalyModel.Engine"/> says what it became. Any but Torch costs a second or two, in which both are tried.</param>
    /// <param name="maxBatchSize">Frames that will come at most at once, for the trial of engines, 1..256.</param>
    /// <param name="card">How it judges on a card, where <paramref name="engine"/> takes one; null for the defaults.</param>
    /// <exception cref="ModelFileException">The file is missing, damaged, of another format version or method, or does not reproduce its reference scores.</exception>
    /// <exception cref="EngineException">The native engine or the device cannot be used.</exception>
    public static AnomalyModel Load(string path, string device = "auto", ServingEngine engine = ServingEngine.Torch, int maxBatchSize = 8, CardOptions? card = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return AnomalyModel.Open(path, (manifest, files) => Create(path, manifest, files), device, engine, maxBatchSize, card ?? new CardOptions());
    }

    /// <summary>The method of a manifest with its weights, on the CPU.</summary>
    /// <param name="manifest">What the model file says of itself.</param>
    /// <param name="weights">The weights in the safetensors format.</param>
    /// <param name="backbone">The model file's; null for methods that see pixels.</param>
    /// <exception cref="JsonException">This release does not know its options.</exception>
    /// <exception cref="BackboneException">The backbone does not run on such frames.</exception>
    /// <exception cref="InvalidDataException">The weights are damaged or another network's.</exception>
    internal static AnomalyMethod Create(ModelManifest manifest, byte[] weights, Backbone? backbone = null)
    {
        var descriptor = MethodCatalog.Find(manifest.Method)!;
        var method = descriptor.Create(OptionsJson.Read(manifest.Options, descriptor.Presets["paper"].GetType()), backbone);
        try
        {
            method.ReadWeights(weights);
            return method;
        }
        catch
        {
            method.Dispose();
            throw;
        }
    }

    private static AnomalyMethod Create(string path, ModelManifest manifest, IReadOnlyDictionary<string, byte[]> files)
    {
        var descriptor = MethodCatalog.Find(manifest.Method)
            ?? throw new ModelFileException($"{path}: method '{manifest.Method}' is unknown to this release; it knows {string.Join(", ", MethodCatalog.All.Select(m => m.Name))}.");
        TorchEngine.EnsureReady();
        try
        {
            var options = OptionsJson.Read(manifest.Options, descriptor.Presets["paper"].GetType());
            var errors = options.Validate().ToArray();
            if (errors.Length > 0) throw new ModelFileException($"{path}: the manifest's options are not valid: {string.Join(" ", errors)}");
            if (manifest.Input.Area?.Check() is { } wrong) throw new ModelFileException($"{path}: the manifest's area is not valid: {wrong}.");
            if (manifest.Input.Alignment?.Check() is { } misaligned) throw new ModelFileException($"{path}: the manifest's alignment is not valid: {misaligned}.");
            if (!options.FrameInput.IsSameShape(manifest.Input)) throw new ModelFileException($"{path}: the manifest's input {manifest.Input} is not that of its options, {options.FrameInput}.");
            var weights = files.GetValueOrDefault(ModelFile.WeightsName) ?? throw new ModelFileException($"{path}: the manifest names no {ModelFile.WeightsName}; the file is damaged, copy it again.");
            return Create(manifest, weights, files.TryGetValue(ModelFile.BackboneName, out var backbone) ? Backbone.Read(backbone) : null);
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or BackboneException)
        {
            throw new ModelFileException($"{path}: {e.Message}", e);
        }
    }
}
