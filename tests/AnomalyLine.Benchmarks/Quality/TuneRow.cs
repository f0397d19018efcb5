namespace AnomalyLine.Benchmarks.Quality;

/// <summary>One trial of a tuning, with what it does on the test folder, which the tuning does not see.</summary>
internal sealed record TuneRow(
    string Set, double MaxMinutes, int Round, string Method, string Preset, double MsPerFrame, double Minutes, double? PlantedImageAuroc, double? PlantedPixelAuroc, bool IsChosen, string Note,
    double? ImageAuroc, double? PixelAuroc, double? Aupro)
{
    /// <summary>Whether it answers what is asked.</summary>
    public bool IsOf(string set, BenchmarkOptions options) => Set == set && MaxMinutes.Equals(options.Minutes);
}
