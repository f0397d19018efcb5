using AnomalyLine.Detection.Statistics;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Evaluation;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Training;

namespace AnomalyLine.Benchmarks.Quality;

/// <summary>
/// How often what the certificate says comes true: a model that saw a third of a set's normal frames scores the others, and these are split at random into parts to calibrate
/// with and parts to test, many times. With copies: some frames are there twice or more. By frame is what a split that knows nothing of copies does, by part what we do.
/// </summary>
internal static class SplitsBenchmark
{
    private const int Splits = 200;
    private const double Rate = 0.05, CalibrationShare = 0.5;

    public static IReadOnlyList<BenchmarkTable> Run(BenchmarkOptions options) => [.. options.Sets.Select(set => Measure(options, set))];

    private static BenchmarkTable Measure(BenchmarkOptions options, string set)
    {
        var data = DatasetFolder.Open(Path.Combine(options.Data, set));
        string[] normals = [.. data.TrainNormals, .. data.TestFrames.Where(f => f.IsNormal).Select(f => f.Path)];
        new Random(1).Shuffle(normals);
        var folder = Directory.CreateTempSubdirectory("splits-").FullName;
        try
        {
            var scores = Scores(options, normals, folder);
            var table = new BenchmarkTable(
                $"{set}: {Splits} random splits of {scores.Length} scored normal frames, {CalibrationShare:P0} to calibrate; {Rate:P0} wanted", "copies",
                "certified", "mean rate of false rejects", "splits within the interval for the tested parts", "splits with a true rate at most the bound of 95 %", "splits that evaluate finds unlike");
            foreach (var (name, doubled, times) in new[] { ("none", 0.0, 1), ("30 % doubled", 0.3, 2), ("all 10 times", 1.0, 10) })
            {
                foreach (var byPart in new[] { false, true })
                    table.Add($"{name}, split and counted by {(byPart ? "part" : "frame")}", Repeat(scores, doubled, times, byPart));
            }

            return table;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static float[] Scores(BenchmarkOptions options, string[] normals, string folder)
    {
        var good = Directory.CreateDirectory(Path.Combine(folder, "train", DatasetFrame.Good)).FullName;
        var learnt = normals[..(normals.Length / 3)];
        foreach (var (i, file) in learnt.Index()) File.Copy(file, Path.Combine(good, $"{i:0000}{Path.GetExtension(file)}"));
        var model = Path.Combine(folder, "model.alm");
        Trainer.Train(new TrainingRequest
        {
            Method = options.Only.Length > 0 ? options.Only : "ae-l2",
            DataFolder = folder,
            Output = model,
            Preset = options.Preset,
            Options = options.Settings.Select(s => s.Split('=', 2)).ToDictionary(s => s[0], s => s[1], StringComparer.Ordinal),
            MaxTime = options.Minutes > 0 ? TimeSpan.FromMinutes(options.Minutes) : null,
        });
        using var loaded = ModelLoader.Load(model);
        var others = PartGroups.Of(normals[learnt.Length..]).Parts.Select(part => part.Sample);
        return [.. others.Select(file =>
        {
            using var prepared = ClipFile.Prepare(file, loaded.Input);
            return loaded.Detect([prepared])[0].Score;
        })];
    }

    /// <summary>Certified rate, mean rate, and the shares of splits of the columns.</summary>
    private static double[] Repeat(float[] scores, double doubled, int times, bool byPart)
    {
        double certified = 0, mean = 0;
        int within = 0, bounded = 0, unlike = 0;
        for (var split = 0; split < Splits; split++)
        {
            var random = new Random(split);
            var parts = Enumerable.Range(0, scores.Length).ToArray();
            random.Shuffle(parts);

            // New parts, which nobody has seen, say what the true rate is: half of all, never calibrated with.
            var fresh = parts[..(parts.Length / 2)];
            var frames = parts[fresh.Length..].SelectMany((part, i) => Enumerable.Repeat(part, i < doubled * (parts.Length - fresh.Length) ? times : 1)).ToArray();
            random.Shuffle(frames);
            var units = byPart ? frames.Distinct().ToArray() : frames;
            var held = units[..(int)Math.Max(1, Math.Round(units.Length * CalibrationShare))];
            float[] known = [.. held.Select(part => scores[part])];
            var calibration = Calibrator.Calibrate(known, known, Rate);
            var rejected = fresh.Count(part => scores[part] > calibration.Threshold);
            certified += calibration.CertifiedFalseRejectRate / Splits;
            mean += (double)rejected / fresh.Length / Splits;
            if (calibration.ChanceOf(rejected, fresh.Length) > 0.05) within++;
            if (ClopperPearson.Of(rejected, fresh.Length, 0.9).Lower <= calibration.Bound95) bounded++;
            if (calibration.ChanceOf(rejected, fresh.Length) < Evaluator.LeastChance) unlike++;
        }

        return [certified, mean, (double)within / Splits, (double)bounded / Splits, (double)unlike / Splits];
    }
}
