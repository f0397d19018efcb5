using AnomalyLine.Vision.Imaging;

namespace AnomalyLine.Vision.Models;

/// <summary>A trained model, loaded and checked.</summary>
public sealed class AnomalyModel : IDetector
{
    private AnomalyModel(ModelManifest manifest, string version)
    {
        Manifest = manifest;
        Version = version;
    }

    /// <summary>What the file says of itself.</summary>
    public ModelManifest Manifest { get; }

    /// <inheritdoc/>
    public string Version { get; }

    /// <inheritdoc/>
    public InputSpec Input => Manifest.Input;

    /// <summary>Loads a model file, checks its sums, replays its reference images and warms it up.</summary>
    /// <param name="path">The .alm file.</param>
    /// <exception cref="ModelFileException">The file is missing, damaged, of another format version, or does not reproduce its reference scores.</exception>
    public static AnomalyModel Load(string path) => throw new ModelFileException($"{path}: not readable yet.");

    /// <inheritdoc/>
    public IReadOnlyList<Detection> Detect(IReadOnlyList<PreparedFrame> frames) => [];

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
