using System.Runtime.CompilerServices;
using System.Text.Json;
using AnomalyLine.Detection;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Tensors;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods;
using AnomalyLine.Learning.Training;
using TorchSharp;

namespace AnomalyLine.Vision.Tests.Methods;

/// <summary>What every method must do; a new entry in the catalogue is covered without being asked.</summary>
[Trait("Speed", "Slow")]
public sealed class MethodContractTests(TrainedMethods trained)
{
    /// <summary>Numbers that may be anything: a seed.</summary>
    private static readonly string[] Unbounded = ["maskSeed"];

    public static TheoryData<string> Names => [.. MethodCatalog.All.Select(m => m.Name)];

    /// <summary>Those that learn step by step; the others have no loss and take nothing from a seed.</summary>
    public static TheoryData<string> Stepwise => [.. MethodCatalog.All.Where(m => !m.LearnsAtOnce).Select(m => m.Name)];

    /// <summary>Those that rebuild a picture.</summary>
    public static TheoryData<string> Rebuilding => [.. MethodCatalog.All.Select(m => m.Name).Where(Rebuilds)];

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

    [Fact]
    public void LearnsAtOnce_Catalogue_IsTrueOfTheMethodsWithoutTrainingSteps() =>
        Assert.Equal(["padim", "patchcore", "subspace"], MethodCatalog.All.Where(m => m.LearnsAtOnce).Select(m => m.Name).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Stepwise))]
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
    public void Read_WrittenWeights_GiveTheMapOfTheMethodThatWasTrained(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var written = AfterSteps(name, seed: 1, steps: 3);
        using var read = Create(name, seed: 2);
        read.ReadWeights(SafeTensors.Write(written.Network));
        var frames = torch.rand(2, written.Input.Planes, written.Input.Height, written.Input.Width);
        var (expected, others) = (MapOf(written, frames), MapOf(Create(name, seed: 2), frames));
        Assert.True(expected.Equals(MapOf(read, frames)));
        Assert.False(expected.Equals(others));
    }

    [Theory]
    [MemberData(nameof(Stepwise))]
    public void Resume_TrainingState_GoesOnAsIfNeverInterrupted(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var whole = AfterSteps(name, seed: 1, steps: 3);
        using var resumed = Create(name, seed: 2);
        resumed.Resume(whole.TrainingState().ToDictionary(t => t.Key, t => t.Value.detach().clone()));
        foreach (var method in new[] { whole, resumed })
        {
            torch.random.manual_seed(9);
            Step(method, new Random(9), 2);
        }

        var state = resumed.TrainingState();
        Assert.All(whole.TrainingState(), t => Assert.True(t.Value.Equals(state[t.Key]), t.Key));
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

            // Some maps are squares of small numbers, which a fixed bound alone would let differ by all that they are.
            var bound = Math.Min(1e-4f, 1e-3f * single.Map.Values.ToArray().Max());
            Assert.Equal(single.Score, batch[i].Score, bound);
            Assert.True(LargestDifference(single.Map, batch[i].Map) < bound);
            frames[i].Dispose();
        }
    }

    /// <summary>The way to judge on a card, by the processor: memory that is bound once, batches filled up to a size that was met before, map and score in the graph.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Detect_ByTheWayOfACard_EqualsLibtorch(string name)
    {
        using var model = trained.Of(name).Load();
        using var card = CardParts.Open(model.Pipeline, model.Normal, new CardOptions { Provider = CardProvider.Cpu }, maxBatchSize: 4);
        var frames = DatasetFolder.Open(trained.DataFolder).TestFrames.Take(4).Select(f => Prepare(model, f.Path)).ToArray();

        Assert.Equal(name is not ("riad" or "smai" or "scadn"), card.Pipeline.IsOneGraph);
        foreach (var part in new[] { frames[..3], frames[3..], frames })
        {
            var found = card.Pipeline.Detect(part, card.Sizes?.SizeFor(part.Length) ?? part.Length);
            for (var i = 0; i < part.Length; i++)
            {
                var expected = model.Detect([part[i]])[0];
                var (values, others, most) = (expected.Map.Values.ToArray(), found[i].Map.Values.ToArray(), expected.Map.Values.ToArray().Max());
                Assert.Equal(expected.Score, found[i].Score, 1e-4f * most);

                // Distances to the nearest of a memory are roots of differences: where a place is in the memory, all that is left is the root of what was rounded.
                var difference = name == "patchcore" ? values.Zip(others, (a, b) => MathF.Abs((a * a) - (b * b)) / most).Max() : values.Zip(others, (a, b) => MathF.Abs(a - b)).Max();
                Assert.InRange(difference, 0, 1e-4f * most);
            }
        }

        foreach (var frame in frames) frame.Dispose();
    }

    [Theory]
    [MemberData(nameof(Rebuilding))]
    public void Reconstruct_NormalFrame_IsAFrameOfItsOwnSizeInRangeTheSameTwiceAndNearerThanNoise(string name)
    {
        using var model = trained.Of(name).Load();
        using var frame = Prepare(model, Normal());
        using var one = model.Reconstruct(frame)!;
        using var two = model.Reconstruct(frame)!;

        Assert.Equal((model.Input with { Frames = 1 }, frame.Region), (one.Input, one.Region));
        foreach (var value in one.Values) Assert.InRange(value, 0, 1);
        Assert.Equal(one.Values, two.Values);

        var shown = Judged(frame);
        var random = new Random(1);
        var noise = Enumerable.Range(0, shown.Length).Select(_ => random.NextSingle()).ToArray();
        var (error, ofNoise) = (Error(one.Values, shown, All), Error(noise, shown, All));
        Assert.True(error < 0.25 * ofNoise, $"{error:G4} against {ofNoise:G4} of noise");
        Assert.Equal(0x89, Overlay.RenderPrepared(one)[0]);
    }

    [Theory]
    [MemberData(nameof(Rebuilding))]
    public void Reconstruct_PlantedSquare_IsNearerToTheNormalFrameThanTheSquareIs(string name)
    {
        using var model = trained.Of(name).Load();
        using var normal = Prepare(model, Normal());
        using var defect = Prepare(model, Normal());
        var side = model.Input.Width;
        int left = side * 5 / 8, size = side / 6;
        Plant(defect, left, left, size);
        using var rebuilt = model.Reconstruct(defect)!;

        bool Inside(int place) => place % side >= left && place % side < left + size && place / side % side >= left && place / side % side < left + size;
        var (error, planted) = (Error(rebuilt.Values, Judged(normal), Inside), Error(Judged(defect), Judged(normal), Inside));
        Assert.True(error < planted, $"{error:G4} against {planted:G4} of the square");
    }

    [Theory]
    [MemberData(nameof(Rebuilding))]
    public void Reconstruct_ManyTimes_LeavesNoTensor(string name)
    {
        using var model = trained.Of(name).Load();
        using var frame = Prepare(model, Normal());
        model.Reconstruct(frame)!.Dispose();
        var before = LiveTensors();
        for (var i = 0; i < 5; i++) model.Reconstruct(frame)!.Dispose();
        Assert.True(TorchEngine.LiveTensors <= before, $"{before} -> {TorchEngine.LiveTensors}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Train_SameSeed_GivesTheSameWeights(string name)
    {
        var (first, second, other) = (trained.Train(name, epochs: 2), trained.Train(name, epochs: 2), trained.Train(name, seed: 4, epochs: 2));
        Assert.Equal(WeightsOf(first), WeightsOf(second));

        // Another seed holds other parts out, of which a method that learns at once takes statistics too.
        Assert.NotEqual(WeightsOf(first), WeightsOf(other));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Detect_ManyTimes_LeavesNoTensor(string name)
    {
        using var model = trained.Of(name).Load();
        using var frame = Prepare(model, Normal());
        model.Detect([frame]);
        var before = LiveTensors();
        for (var i = 0; i < 5; i++) model.Detect([frame, frame]);
        Assert.True(TorchEngine.LiveTensors <= before, $"{before} -> {TorchEngine.LiveTensors}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Dispose_LoadedModel_LeavesNoTensor(string name)
    {
        var path = trained.Of(name).Result.Path;
        LoadAndDispose(path);
        var before = LiveTensors();
        for (var i = 0; i < 3; i++) LoadAndDispose(path);
        Assert.Equal(before, LiveTensors());

        // In a method of its own, so that nothing on the stack holds on to the model.
        [MethodImpl(MethodImplOptions.NoInlining)]
        static void LoadAndDispose(string path) => ModelLoader.Load(path, "cpu").Dispose();
    }

    [Theory]
    [MemberData(nameof(Stepwise))]
    public void TrainStep_ManyTimes_LeavesNoTensor(string name)
    {
        var options = SmallPresets.Of(MethodCatalog.Find(name)!);
        using var method = MethodCatalog.Find(name)!.Create(options);
        var random = new Random(1);
        long before = 0;
        for (var i = 0; i < 6; i++)
        {
            using (var scope = torch.NewDisposeScope()) method.TrainStep(method.Encode(torch.rand(4, method.Input.Planes, options.Size.Height, options.Size.Width)), 0.5, random);

            // The first steps make the optimiser's state.
            if (i == 2) before = LiveTensors();
        }

        Assert.True(TorchEngine.LiveTensors <= before, $"{before} -> {TorchEngine.LiveTensors}");
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
    public void Change_EachNumberFarOutside_IsNamedWithAllOthers(string name)
    {
        var options = MethodCatalog.Find(name)!.Presets["paper"];
        var numbers = options.GetType().GetProperties().Where(p => (p.PropertyType == typeof(int) || p.PropertyType == typeof(double)) && p.SetMethod is not null)
            .Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)).Except(Unbounded).ToArray();
        foreach (var (text, hint) in new[] { ("-77777", "below"), ("77777777", "above") })
        {
            OptionsJson.Change(options, numbers.ToDictionary(n => n, _ => text), out var errors);
            Assert.All(numbers, n => Assert.True(errors.Any(e => e.StartsWith($"{n} is {text}", StringComparison.Ordinal)), $"{n} far {hint}"));
        }
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

    private static bool Rebuilds(string name)
    {
        using var method = Create(name, seed: 1);
        return method.Encoding is null;
    }

    private static AnomalyMethod Create(string name, int seed)
    {
        var descriptor = MethodCatalog.Find(name)!;
        torch.random.manual_seed(seed);
        return descriptor.Create(SmallPresets.Of(descriptor));
    }

    /// <summary>A method that has learnt a little and taken its statistics.</summary>
    private static AnomalyMethod AfterSteps(string name, int seed, int steps)
    {
        var method = Create(name, seed);
        Step(method, new Random(seed), steps);
        using var guard = torch.no_grad();
        method.Network.eval();
        method.Complete([method.Encode(torch.rand(3, method.Input.Planes, method.Input.Height, method.Input.Width))]);
        return method;
    }

    private static void Step(AnomalyMethod method, Random random, int steps)
    {
        method.Network.train();
        for (var i = 0; i < steps && !method.LearnsAtOnce; i++)
            method.TrainStep(method.Encode(torch.rand(4, method.Input.Planes, method.Input.Height, method.Input.Width)), 0.5, random);
    }

    private static torch.Tensor MapOf(AnomalyMethod method, torch.Tensor frames)
    {
        using var guard = torch.no_grad();
        method.Network.eval();
        return method.AnomalyMap(frames);
    }

    /// <summary>Tensors alive, without those of earlier tests that only wait for the collector.</summary>
    private static long LiveTensors()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return TorchEngine.LiveTensors;
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

    private static bool All(int place) => true;

    /// <summary>The frame that is judged, the last of a clip.</summary>
    private static float[] Judged(PreparedFrame frame) => frame.Values[^(frame.Input.Channels * frame.Input.Width * frame.Input.Height)..].ToArray();

    /// <summary>Mean squared difference over some places.</summary>
    private static double Error(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Func<int, bool> isCounted)
    {
        var (sum, count) = (0.0, 0);
        for (var i = 0; i < a.Length; i++)
        {
            if (!isCounted(i)) continue;
            sum += (a[i] - b[i]) * (a[i] - b[i]);
            count++;
        }

        return sum / count;
    }

    internal static double LargestDifference(AnomalyMap a, AnomalyMap b) => a.Values.ToArray().Zip(b.Values.ToArray(), (x, y) => Math.Abs(x - y)).Max();

    private static string WeightsOf(TrainedMethods.Trained trained) => trained.Result.Manifest.Files["weights.safetensors"];

    private string Normal() => DatasetFolder.Open(trained.DataFolder).TestFrames.First(f => f.IsNormal).Path;
}
