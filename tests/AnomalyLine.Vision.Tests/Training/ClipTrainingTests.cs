using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods;
using AnomalyLine.Learning.Methods.Mnad;
using AnomalyLine.Learning.Training;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Training;

/// <summary>Methods of clips from files to verdict, on a video in which a square goes to the right a pixel a frame, and in one test frame jumps.</summary>
[Trait("Speed", "Slow")]
public sealed class ClipTrainingTests : IDisposable
{
    private const int Jump = 20;
    private readonly TemporaryFolder _folder = new();

    public ClipTrainingTests()
    {
        for (var i = 0; i < 48; i++) Write($"train/good/{i:D3}.png", i % 24);
        for (var i = 0; i <= Jump; i++) Write(i == Jump ? $"test/jump/{i:D3}.png" : $"test/good/{i:D3}.png", i == Jump ? 2 : i);
    }

    [Theory]
    [InlineData("mnad", "variant=prediction clip=3 size=32 width=4", 30)]
    [InlineData("memae", "clip=3 size=32 width=8 items=50", 36)]
    public void Train_Clips_ModelLoadsAndTheJumpScoresHighest(string method, string settings, int trained)
    {
        var request = new TrainingRequest
        {
            Method = method,
            DataFolder = _folder.Path,
            Output = _folder["clip.alm"],
            Preset = "fast",
            Seed = 1,
            Epochs = 30,
            Device = "cpu",
            Options = $"{settings} channels=1 smoothing=3 learningRate=3e-3 normalise=false".Split(' ').Select(s => s.Split('=')).ToDictionary(s => s[0], s => s[1]),
        };
        var result = Trainer.Train(request, cancel: TestContext.Current.CancellationToken);
        using var model = ModelLoader.Load(result.Path, "cpu");
        Assert.Equal(new InputSpec(32, 32, 1, 3, Fit: FrameFit.Letterbox), model.Input);

        // Of 48 the last 10 are held out, and the 2 before them belong to neither; of mnad the 4 before those are for validation, with 2 between.
        Assert.Equal(trained, result.Manifest.TrainingSet.Count);
        var scores = DatasetFolder.Open(_folder.Path).TestFrames.ToDictionary(f => f.DefectKind + System.IO.Path.GetFileName(f.Path), f => Score(model, f.Path));
        Assert.Equal(scores.Values.Max(), scores[$"jump{Jump:D3}.png"]);
        if (model.Network.Network is MnadNetwork network) AssertDeviationsAreThoseOf(32..36, network, model);
    }

    /// <summary>Trained clips vary less in their distances: the deviations must be of clips that were not trained on.</summary>
    private void AssertDeviationsAreThoseOf(System.Range normals, MnadNetwork network, AnomalyModel model)
    {
        using var mode = TorchSharp.torch.no_grad();
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var staging = new FrameStaging(model.Input, TorchSharp.torch.CPU);
        var clips = DatasetFolder.Open(_folder.Path).TrainNormals.Take(normals).Select(path => ClipFile.Prepare(path, model.Input)).ToArray();
        var saved = network.Deviations.data<float>().ToArray();
        ((AnomalyMethod)model.Network).Complete([staging.Move(clips, clips.Length)]);
        foreach (var clip in clips) clip.Dispose();
        Assert.All(saved.Zip(network.Deviations.data<float>().ToArray()), pair => Assert.Equal(1, pair.First / pair.Second, 0.01));
    }

    [Fact]
    public void Train_TooFewFramesForTheClip_IsRefused()
    {
        var request = new TrainingRequest
        {
            Method = "memae",
            DataFolder = _folder.Path,
            Output = _folder["never.alm"],
            Preset = "fast",
            HeldOut = 0.5,
            Options = new Dictionary<string, string> { ["clip"] = "16" },
        };
        foreach (var file in Directory.GetFiles(_folder["train/good"]).Order().Skip(30)) File.Delete(file);
        var error = Assert.Throws<TrainingException>(() => Trainer.Train(request, cancel: TestContext.Current.CancellationToken));
        Assert.Contains("Of 30 normal frames 15 are held out and 0 are for validation, with 15 between for clips of 16", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static float Score(AnomalyModel model, string path)
    {
        using var clip = ClipFile.Prepare(path, model.Input);
        return model.Detect([clip])[0].Score;
    }

    private void Write(string name, int x)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(_folder[name])!);
        using var mat = new Mat(32, 32, MatType.CV_8UC1, Scalar.All(40));
        mat[12, 20, x, x + 8].SetTo(Scalar.All(200));
        Assert.True(Cv2.ImWrite(_folder[name], mat));
    }
}
