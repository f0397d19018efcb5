using AnomalyLine.Management.Models;
using AnomalyLine.Vision.Models;

namespace AnomalyLine.Server.Hosting;

/// <summary>Loads the detector of a model version, on the thread that will own it.</summary>
/// <param name="Load">Throws <see cref="FileNotFoundException"/> for an unknown version, <see cref="ModelFileException"/> for an unusable file.</param>
internal sealed record DetectorLoader(Func<string, IDetector> Load)
{
    /// <summary>From the files of a store.</summary>
    public DetectorLoader(ModelStore models)
        : this(version => AnomalyModel.Load(models.GetPath(version)))
    {
    }
}
