namespace AnomalyLine.Benchmarks.Quality;

/// <summary>One method on one set. Planted: on defects planted on held-out normal frames. Minutes: the training's processor time over the number of cores. Other: with maps measured against normal frames where the preset takes them plain, and the other way round.</summary>
internal sealed record QualityRow(
    string Set, string Method, string Preset, double MaxMinutes, double TrainingMinutes, int Epochs, double? ImageAuroc, double? PixelAuroc, double? Aupro,
    double? FalseRejectRate, double? EscapeRate, double MsPerFrame, double MsPerFrameInBatches,
    double? PlantedImageAuroc, double? PlantedPixelAuroc, bool Normalised, double? OtherImageAuroc, double? OtherPixelAuroc, string Settings = "")
{
    /// <summary>Whether it answers what is asked.</summary>
    public bool IsOf(string set, string method, BenchmarkOptions options) =>
        Set == set && Method == method && Preset == options.Preset && MaxMinutes.Equals(options.Minutes) && Settings == string.Join(' ', options.Settings);
}
