using System.Collections.Concurrent;
using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Inference;
using AnomalyLine.Inference.Backends.Card;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inspection;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Management.Models;

namespace AnomalyLine.Server.Hosting;

/// <summary>Loads the detector of a model version, on the thread that will own it.</summary>
/// <param name="Load">Throws <see cref="FileNotFoundException"/> for an unknown version, <see cref="ModelFileException"/> for an unusable file.</param>
internal sealed record DetectorLoader(Func<string, IDetector> Load)
{
    /// <summary>The same for a few frames: without a trial of engines, which takes longer than they do.</summary>
    public Func<string, IDetector> LoadPlain { get; init; } = Load;

    /// <summary>What judges by a model version that was loaded, and why; null where it was not, or not by an engine.</summary>
    public Func<string, EngineChoice?> EngineOf { get; init; } = static _ => null;

    /// <summary>From the files of a store, each on the engine that the options ask for.</summary>
    public DetectorLoader(ModelStore models, LineOptions options, ILogger<DetectorLoader> logger)
        : this(models, options, logger, new ConcurrentDictionary<string, EngineChoice>(StringComparer.Ordinal))
    {
    }

    private DetectorLoader(ModelStore models, LineOptions options, ILogger<DetectorLoader> logger, ConcurrentDictionary<string, EngineChoice> engines)
        : this(version =>
        {
            var model = Open(Check(models, version, logger), options, logger);
            engines[version] = model.Engine;
            return model;
        })
    {
        EngineOf = version => engines.GetValueOrDefault(version);
        LoadPlain = version => ModelLoader.Load(models.GetTrusted(version).Path);
        TorchEngine.TensorFloat32 = options.TensorFloat32;
        if (options.EngineThreads > 0) TorchEngine.Threads = options.EngineThreads;
        var cards = CardProbe.Report;
        if (cards.IsUsable) EngineLog.Cards(logger, cards.DevicesText);
        foreach (var problem in cards.Problems) EngineLog.NoCard(logger, problem);
    }

    /// <summary>Decides by signature and sum, before anything of the file is read that a model is made of.</summary>
    private static string Check(ModelStore models, string version, ILogger logger)
    {
        var (path, doubt) = models.GetTrusted(version);
        if (doubt.Length > 0) EngineLog.Doubted(logger, version, doubt);
        return path;
    }

    private static AnomalyModel Open(string path, LineOptions options, ILogger logger)
    {
        var model = ModelLoader.Load(path, engine: options.Engine, maxBatchSize: options.MaxBatchSize, card: options.Card);
        var (engine, reason, isRefusal, _) = model.Engine;
        EngineLog.Settings(logger, TorchEngine.SettingsText);
        if (isRefusal) EngineLog.Refused(logger, model.Version, engine, reason);
        else EngineLog.Chosen(logger, model.Version, engine, reason, model.Engine.TimesText);
        return model;
    }
}
