using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Training;
using AnomalyLine.Management.Drift;
using OpenCvSharp;

namespace AnomalyLine.Management.Tests.Drift;

/// <summary>Parts to an alarm on real bottles with a dimmed lamp, a lens out of focus, a moved camera; and false alarms without. A measurement.</summary>
[Trait("Speed", "Slow")]
public sealed class RealDriftTests(ITestOutputHelper output)
{
    private const int Quiet = 300, Disturbed = 300, Streams = 200;
    private const double PartsToFalseAlarm = 1e6;
    private static readonly string s_data = Find();

    [Fact(Explicit = true)]
    public void Streams_OfRealBottles_PartsToAlarm()
    {
        Assert.SkipUnless(Directory.Exists(s_data), "No real images in shared/data/bottle.");

        // In a random order: those of one folder were not taken at the same time as those of another.
        var data = DatasetFolder.Open(s_data);
        string[] frames = [.. data.TrainNormals, .. data.TestFrames.Where(f => f.IsNormal).Select(f => f.Path)];
        new Random(1).Shuffle(frames);
        using var model = Train([.. frames.Take(140)], out var file);
        var calibration = CalibrationFrame.Read(file)!;
        var stream = frames[140..];
        output.WriteLine($"{calibration.Count} calibration scores, {stream.Length} stream frames, threshold {model.Manifest.Calibration.Threshold}");
        var quiet = Look(model, stream, _ => { });
        var still = Enumerable.Range(0, Streams).Select(seed => Run(quiet, quiet, calibration, model, seed)).ToArray();
        output.WriteLine($"undisturbed: {still.Count(r => r.Count > 0)} of {Streams} streams of {Quiet + Disturbed} frames with an alarm: {string.Join(", ", still.SelectMany(r => r.Keys).GroupBy(k => k).Select(g => $"{g.Key} {g.Count()}"))}");
        foreach (var (name, change) in Disturbances())
        {
            var disturbed = Look(model, stream, change);
            var runs = Enumerable.Range(0, Streams).Select(seed => Run(quiet, disturbed, calibration, model, seed)).Where(r => r.Values.All(parts => parts > 0)).ToArray();
            var first = runs.Select(r => r.Count == 0 ? int.MaxValue : r.Values.Min()).Order().ToArray();
            string Quantile(double q) => first[(int)(q * (runs.Length - 1))] is var parts && parts == int.MaxValue ? "none" : $"{parts}";
            var signals = Enum.GetValues<DriftSignal>().Select(s => $"{s} {runs.Count(r => r.ContainsKey(s))}");
            output.WriteLine($"{name}: first alarm after {Quantile(0.5)} frames (median), {Quantile(0.9)} (9 of 10); {runs.Count(r => r.Count > 0)} of {runs.Length} alarmed; by signal: {string.Join(", ", signals)}; above threshold {disturbed.Count(d => d.Score > model.Manifest.Calibration.Threshold)} of {disturbed.Length}");
        }
    }

    /// <summary>shared/data/bottle beside a folder that this program is in, or an empty path.</summary>
    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "shared/data/bottle") is var found && Directory.Exists(found)) return found;
        return "";
    }

    private static IEnumerable<(string Name, Action<Mat> Change)> Disturbances()
    {
        foreach (var light in new[] { 0.95, 0.9, 0.8 }) yield return ($"lamp at {light:P0}", mat => mat.ConvertTo(mat, -1, light));
        foreach (var sigma in new[] { 0.7, 1.0, 2.0 }) yield return ($"defocus, sigma {sigma} px", mat => Cv2.GaussianBlur(mat, mat, new Size(0, 0), sigma));
        foreach (var pixels in new[] { 2, 4, 8 })
        {
            yield return ($"camera moved by {pixels} px", mat =>
            {
                using var move = new Mat(2, 3, MatType.CV_64FC1);
                move.Set(0, 0, 1.0);
                move.Set(0, 1, 0.0);
                move.Set(0, 2, (double)pixels);
                move.Set(1, 0, 0.0);
                move.Set(1, 1, 1.0);
                move.Set(1, 2, 0.0);
                Cv2.WarpAffine(mat, mat, move, mat.Size(), InterpolationFlags.Linear, BorderTypes.Replicate);
            }
            );
        }
    }

    /// <summary>Undisturbed frames, then disturbed ones, each drawn at random from all; frames after the change at which each signal alarms.</summary>
    private static Dictionary<DriftSignal, int> Run((float Score, FrameStatistics Statistics)[] quiet, (float Score, FrameStatistics Statistics)[] then, IReadOnlyList<CalibrationFrame> calibration, AnomalyModel model, int seed)
    {
        var random = new Random(seed);
        var threshold = model.Manifest.Calibration.Threshold;
        var drift = new StationDrift("s", calibration, threshold, isLearnt: true, PartsToFalseAlarm);
        var alarms = new Dictionary<DriftSignal, int>();
        for (var number = 0; number < Quiet + Disturbed; number++)
        {
            var frames = number < Quiet ? quiet : then;
            var seen = frames[random.Next(frames.Length)];
            foreach (var alarm in drift.Measure(seen.Statistics, default).Concat(drift.Judged(seen.Score, seen.Score > threshold, default))) alarms[alarm.Signal] = number + 1 - Quiet;
        }

        return alarms;
    }

    private static (float Score, FrameStatistics Statistics)[] Look(AnomalyModel model, string[] paths, Action<Mat> change) =>
    [
        .. paths.Select(path =>
        {
            using var mat = Cv2.ImRead(path);
            change(mat);
            Cv2.ImEncode(".png", mat, out var png);
            Assert.True(Frame.TryCreate(PixelFormat.Png, mat.Width, mat.Height, 0, png, default, out var frame, out _));
            Assert.True(FrameStatistics.TryMeasure(frame, null, null, out var statistics, out _));
            Assert.True(FramePreparer.TryPrepare(frame, model.Input, null, out var prepared, out _));
            using (prepared) return (model.Detect([prepared])[0].Score, statistics);
        }),
    ];

    private static AnomalyModel Train(string[] normals, out string file)
    {
        var folder = Directory.CreateTempSubdirectory("anomalyline-drift-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "train/good"));
        foreach (var path in normals) File.Copy(path, Path.Combine(folder, "train/good", $"{Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(path)))}-{Path.GetFileName(path)}"));
        file = Path.Combine(folder, "bottle.alm");
        Trainer.Train(
            new TrainingRequest
            {
                Method = "ae-l2",
                Preset = "fast",
                DataFolder = folder,
                Output = file,
                Epochs = 60,
                HeldOut = 0.3,
                FalseRejectRate = 0.03,
                Device = "cpu",
                Options = new Dictionary<string, string> { ["size"] = "128", ["width"] = "8", ["latent"] = "32", ["batch-size"] = "8", ["learning-rate"] = "0.003" },
            },
            cancel: TestContext.Current.CancellationToken);
        return ModelLoader.Load(file, "cpu");
    }
}
