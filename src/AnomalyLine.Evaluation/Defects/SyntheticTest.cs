using System.Text.Json;
using AnomalyLine.Detection;
using AnomalyLine.Evaluation.Metrics;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Evaluation.Defects;

/// <summary>
/// A test set without labelled defects: normal frames that were not trained on, and each of them once more with a planted defect of each kind. Places, shapes and
/// strengths follow from the frame's number, so that all models are asked the same. Of four frames one has defects as they are planted, the others fainter ones, down to an eighth: good models find
/// all of the plain ones, and would be told apart by chance.
/// </summary>
internal sealed class SyntheticTest(IReadOnlyList<string> normals)
{
    /// <summary>Frames that are used at most: each is judged once as it is and once with each kind of defect.</summary>
    public const int MostFrames = 30;

    private static readonly float[] Strengths = [1, 1 / 2f, 1 / 4f, 1 / 8f];
    private static readonly SyntheticDefectKind[] Kinds = Enum.GetValues<SyntheticDefectKind>();

    /// <summary>The first frame, for measuring time; the caller disposes it.</summary>
    public PreparedFrame First(InputSpec input) => ClipFile.Prepare(normals[0], input);

    /// <summary>Judges all frames, each together with its planted defects.</summary>
    /// <exception cref="DatasetException">A frame cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public SyntheticScore Measure(IDetector detector, CancellationToken cancel)
    {
        var normal = new List<DetectionResult>();
        var planted = Kinds.ToDictionary(kind => kind, _ => new List<(DetectionResult Detection, bool[] Mask)>());
        foreach (var (number, path) in normals.Take(MostFrames).Index())
        {
            cancel.ThrowIfCancellationRequested();
            var frames = new List<PreparedFrame> { ClipFile.Prepare(path, detector.Input) };
            try
            {
                var masks = new List<(SyntheticDefectKind Kind, bool[] Mask)>();
                foreach (var kind in Kinds)
                {
                    frames.Add(ClipFile.Prepare(path, detector.Input));
                    var mask = new bool[detector.Input.Width * detector.Input.Height];
                    var made = SyntheticDefects.Plant(frames[0].Values, detector.Input, (number * Kinds.Length) + (int)kind, kind, frames[^1].Writable, mask);
                    LeaveOut(frames[0], frames[^1].Writable, mask);
                    Weaken(frames[0].Values, frames[^1].Writable, Strengths[number % Strengths.Length]);
                    masks.Add((made, Covered(mask, frames[0])));
                }

                var detections = detector.Detect(frames);
                normal.Add(detections[0]);
                foreach (var (place, (kind, mask)) in masks.Index())
                    if (Array.Exists(mask, isDefect => isDefect)) planted[kind].Add((detections[place + 1], mask));
            }
            finally
            {
                foreach (var frame in frames) frame.Dispose();
            }
        }

        return Score(normal, planted);
    }

    /// <summary>The part of a mask of the input's size that shows the frame, as maps do, and where they show it.</summary>
    private static bool[] Covered(bool[] mask, PreparedFrame frame)
    {
        var cover = frame.Cover;
        bool[] shown = cover == frame.Input.Whole
            ? mask
            : [.. Enumerable.Range(cover.Y, cover.Height).SelectMany(y => mask.AsSpan((y * frame.Input.Width) + cover.X, cover.Width).ToArray())];
        if (!frame.IsAligned) return shown;
        return [.. frame.MapOf(cover.Width, cover.Height, PooledArrays.Of(Array.ConvertAll(shown, isDefect => isDefect ? 1f : 0))).Values.ToArray().Select(value => value > 0.5f)];
    }

    /// <summary>Takes back what was planted where nothing is judged.</summary>
    private static void LeaveOut(PreparedFrame normal, Span<float> planted, bool[] mask)
    {
        var leftOut = normal.LeftOut;
        for (var i = 0; i < leftOut.Length; i++)
        {
            if (!leftOut[i]) continue;
            mask[i] = false;
            for (var p = i; p < planted.Length; p += leftOut.Length) planted[p] = normal.Values[p];
        }
    }

    /// <summary>Leaves a part of the difference from the normal frame.</summary>
    private static void Weaken(ReadOnlySpan<float> normal, Span<float> planted, float strength)
    {
        for (var i = 0; i < planted.Length; i++) planted[i] = normal[i] + (strength * (planted[i] - normal[i]));
    }

    private static SyntheticScore Score(List<DetectionResult> normal, Dictionary<SyntheticDefectKind, List<(DetectionResult Detection, bool[] Mask)>> planted)
    {
        var byKind = new SortedDictionary<string, double>(StringComparer.Ordinal);
        var (pixels, found) = (0.0, 0.0);
        foreach (var (kind, defective) in planted.Where(p => p.Value.Count > 0))
        {
            float[] scores = [.. normal.Select(d => d.Score), .. defective.Select(d => d.Detection.Score)];
            bool[] truth = [.. normal.Select(_ => false), .. defective.Select(_ => true)];
            byKind.Add(JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString()), Auroc.Of(scores, truth));
            found += Auroc.Partial(scores, truth, SyntheticScore.MostFalseAlarms);
            var places = new PixelScores(defective.Sum(d => d.Mask.Length));
            foreach (var (detection, mask) in defective) places.Add(detection.Map.Values, mask, detection.Map.Width);
            pixels += places.Auroc();
        }

        return new SyntheticScore(byKind.Values.Average(), found / byKind.Count, pixels / byKind.Count, byKind);
    }
}
