using AnomalyLine.Detection;
using AnomalyLine.Evaluation.Defects;
using AnomalyLine.Imaging;

namespace AnomalyLine.Learning.Training;

/// <summary>
/// Whether a trained model's maps are measured against what each place does on normal frames: what tells defects planted on validation normals better. Those frames are
/// neither trained on, nor measured against, nor calibrated with.
/// </summary>
internal static class NormalizationChoice
{
    /// <summary>Fewer validation normals than this say nothing.</summary>
    private const int LeastFrames = 5;

    /// <summary>Whether there are normals enough, and frames that defects can be planted on: no clips.</summary>
    public static bool IsPossible(InputSpec input, int normals, double heldOutShare) => input.Frames == 1 && NormalSplit.ValidatedOf(normals, heldOutShare) >= LeastFrames;

    /// <summary>Compares the same model with both maps; where they are equal maps stay plain.</summary>
    /// <param name="plain">With maps as they are.</param>
    /// <param name="measured">With maps measured against normal frames.</param>
    /// <param name="validated">The validation normals.</param>
    /// <param name="metrics">Gets both results.</param>
    /// <param name="cancel">Stops between two frames.</param>
    public static bool Normalizes(IDetector plain, IDetector measured, IReadOnlyList<string> validated, Dictionary<string, double> metrics, CancellationToken cancel)
    {
        var test = new SyntheticTest(validated);
        var (without, with) = (test.Measure(plain, cancel), test.Measure(measured, cancel));
        foreach (var (name, score) in new[] { ("plain", without), ("measured", with) })
        {
            metrics[name + "PlantedImageAuroc"] = score.ImageAuroc;
            metrics[name + "PlantedPixelAuroc"] = score.PixelAuroc;
        }

        return with.Rank > without.Rank;
    }
}
