using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Evaluation.Defects;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference;
using AnomalyLine.Inference.Backends.Torch;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Training;

/// <summary>Tries a trained model in bfloat16 on validation normals, which are neither trained on nor calibrated with, and on defects planted on them.</summary>
internal static class Bfloat16Check
{
    /// <summary>Fewer validation normals than this say nothing.</summary>
    private const int LeastFrames = 5;

    /// <summary>Whether there are normals enough, frames that defects can be planted on, and a device to try it on.</summary>
    public static bool IsPossible(InputSpec input, int validated, Device device) =>
        TorchEngine.ComputesInBfloat16On(device) && input.Frames == 1 && validated >= LeastFrames;

    /// <summary>Compares the same model in both number types.</summary>
    /// <param name="single">In float32.</param>
    /// <param name="half">In bfloat16.</param>
    /// <param name="validated">The validation normals.</param>
    /// <param name="cancel">Stops between two frames.</param>
    public static Bfloat16Trial Try(IDetector single, IDetector half, IReadOnlyList<string> validated, CancellationToken cancel)
    {
        var test = new SyntheticTest(validated);
        var (before, after) = (test.Measure(single, cancel), test.Measure(half, cancel));
        var frames = validated.Take(SyntheticTest.MostFrames).Select(path => ClipFile.Prepare(path, single.Input)).ToList();
        try
        {
            var comparison = new EngineComparison(single.Detect, half.Detect);
            var (score, map) = comparison.Difference(frames);
            return new Bfloat16Trial(
                Figure(score), Figure(map), before.ImageAuroc - after.ImageAuroc, before.PixelAuroc - after.PixelAuroc, 1 / EngineComparison.Share(comparison.Measure(frames, 1)));
        }
        finally
        {
            foreach (var frame in frames) frame.Dispose();
        }

        // A file of JSON knows no other numbers.
        static double Figure(float value) => float.IsFinite(value) ? value : float.MaxValue;
    }
}
