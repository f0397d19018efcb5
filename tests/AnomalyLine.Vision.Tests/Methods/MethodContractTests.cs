using AnomalyLine.Vision.Data;
using AnomalyLine.Vision.Imaging;
using AnomalyLine.Vision.Methods;
using AnomalyLine.Vision.Models;
using AnomalyLine.Vision.Training;

namespace AnomalyLine.Vision.Tests.Methods;

/// <summary>What every method must do; a new entry in the catalogue is covered without being asked.</summary>
public sealed class MethodContractTests(TrainedMethods trained)
{
    public static TheoryData<string> Names => [.. MethodCatalog.All.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Detect_NormalFrame_GivesAFiniteMapOfTheInputSize(string name)
    {
        using var model = trained.Of(name).Load();
        using var frame = Prepare(model, Normal());
        var map = model.Detect([frame])[0].Map;
        Assert.Equal((model.Input.Width, model.Input.Height), (map.Width, map.Height));
        foreach (var value in map.Values) Assert.True(float.IsFinite(value) && value >= 0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Train_RenderedParts_LossFalls(string name)
    {
        var losses = trained.Of(name).Losses;
        Assert.True(losses[^1] < losses[0] * 0.8, $"{losses[0]:G4} -> {losses[^1]:G4}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Detect_PlantedSquare_ScoresAboveAllNormalsAndPeaksOnIt(string name)
    {
        using var model = trained.Of(name).Load();
        var normals = DatasetFolder.Open(trained.DataFolder).TestFrames.Where(f => f.IsNormal).Select(f => f.Path).ToArray();
        var highest = normals.Max(path =>
        {
            using var normal = Prepare(model, path);
            return model.Detect([normal])[0].Score;
        });

        using var defect = Prepare(model, normals[0]);
        var side = model.Input.Width;
        int left = side * 5 / 8, size = side / 6;
        Plant(defect, left, left, size);
        var detection = model.Detect([defect])[0];
        var at = detection.Map.Values.IndexOf(detection.Map.Values.ToArray().Max());
        var (x, y) = (at % side, at / side);
        Assert.True(detection.Score > highest, $"{detection.Score} is not above the normals' {highest}");
        var margin = side / 10;
        Assert.True(x >= left - margin && x < left + size + margin && y >= left - margin && y < left + size + margin, $"the peak lies at ({x}, {y})");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Load_SavedModel_GivesTheSameMapTwice(string name)
    {
        using var one = trained.Of(name).Load();
        using var two = trained.Of(name).Load();
        using var frame = Prepare(one, Normal());
        Assert.Equal(one.Detect([frame])[0].Map.Values.ToArray(), two.Detect([frame])[0].Map.Values.ToArray());
        Assert.Equal(one.Version, two.Version);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Detect_Batch_EqualsSingleFrames(string name)
    {
        using var model = trained.Of(name).Load();
        var frames = DatasetFolder.Open(trained.DataFolder).TestFrames.Take(5).Select(f => Prepare(model, f.Path)).ToArray();
        var batch = model.Detect(frames);
        for (var i = 0; i < frames.Length; i++)
        {
            var single = model.Detect([frames[i]])[0];
            Assert.Equal(single.Score, batch[i].Score, 1e-4f);
            Assert.True(LargestDifference(single.Map, batch[i].Map) < 1e-4);
            frames[i].Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Train_SameSeed_GivesTheSameWeights(string name)
    {
        var (first, second, other) = (trained.Of(name), trained.Train(name), trained.Train(name, seed: 4));
        Assert.Equal(WeightsOf(first), WeightsOf(second));
        Assert.NotEqual(WeightsOf(first), WeightsOf(other));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void DetectAndDispose_ManyTimes_LeavesNoTensor(string name)
    {
        using var frame = Prepare(trained.Of(name).Load(), Normal());
        long before = 0;
        for (var round = 0; round < 4; round++)
        {
            using (var model = trained.Of(name).Load())
                for (var i = 0; i < 3; i++)
                    model.Detect([frame]);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            if (round == 0) before = TorchEngine.LiveTensors;
        }

        Assert.Equal(before, TorchEngine.LiveTensors);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Train_BadOptions_AreAllNamed(string name)
    {
        var request = new TrainingRequest
        {
            Method = name,
            DataFolder = trained.DataFolder,
            Output = Path.Combine(trained.DataFolder, "never.alm"),
            Options = new Dictionary<string, string> { ["size"] = "7", ["no-such-thing"] = "1", ["learning-rate"] = "fast", ["epochs"] = "0" },
        };
        var error = Assert.Throws<TrainingException>(() => Trainer.Train(request, cancel: TestContext.Current.CancellationToken));
        Assert.Contains("size is 7", error.Message, StringComparison.Ordinal);
        Assert.Contains("'no-such-thing' is unknown", error.Message, StringComparison.Ordinal);
        Assert.Contains("'learning-rate' cannot be 'fast'", error.Message, StringComparison.Ordinal);
        Assert.Contains("epochs is 0", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(request.Output));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Presets_All_AreValidAndSurviveJson(string name)
    {
        foreach (var options in MethodCatalog.Find(name)!.Presets.Values)
        {
            Assert.Empty(options.Validate());
            Assert.Equal(OptionsJson.Write(options).ToJsonString(), OptionsJson.Write(OptionsJson.Read(OptionsJson.Write(options), options.GetType())).ToJsonString());
        }
    }

    private static PreparedFrame Prepare(AnomalyModel model, string path) => TrainedMethods.Prepare(path, model.Input);

    private static void Plant(PreparedFrame frame, int x, int y, int size)
    {
        var input = frame.Input;
        for (var c = 0; c < input.Channels; c++)
            for (var row = y; row < y + size; row++)
                for (var column = x; column < x + size; column++)
                    frame.Writable[(((c * input.Height) + row) * input.Width) + column] = (row / 2 + column / 2) % 2;
    }

    private static double LargestDifference(AnomalyMap a, AnomalyMap b) => a.Values.ToArray().Zip(b.Values.ToArray(), (x, y) => Math.Abs(x - y)).Max();

    private static string WeightsOf(TrainedMethods.Trained trained) => trained.Result.Manifest.Files["weights.safetensors"];

    private string Normal() => DatasetFolder.Open(trained.DataFolder).TestFrames.First(f => f.IsNormal).Path;
}
