using AnomalyLine.Demo;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Learning.Methods;
using AnomalyLine.Learning.Methods.Autoencoder;
using AnomalyLine.Learning.Training;
using AnomalyLine.Vision.Tests.Methods;
using TorchSharp;

namespace AnomalyLine.Vision.Tests.Training;

[Trait("Speed", "Slow")]
public sealed class TrainerTests(TrainedMethods trained)
{
    [Fact]
    public void Train_EverythingWrong_NamesEverything()
    {
        var error = Assert.Throws<TrainingException>(() => Trainer.Train(new TrainingRequest
        {
            Method = "magic",
            DataFolder = "nowhere",
            Output = "/no/such/folder/part.alm",
            Preset = "quick",
            FalseRejectRate = 0,
            HeldOut = 0.9,
            MaxTime = TimeSpan.Zero,
        }, cancel: TestContext.Current.CancellationToken));
        foreach (var part in new[] { "method 'magic'", "preset 'quick'", "false-reject rate is 0", "held-out share is 0.9", "time limit", "/no/such/folder" })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Learn_LossThatIsNoNumber_StopsAndSaysWhatToLower()
    {
        var paths = DatasetFolder.Open(trained.DataFolder).TrainNormals.Take(8).ToArray();
        var options = new AutoencoderOptions { Size = 128, Width = 4, Latent = 4, BatchSize = 4, Epochs = 2 };
        using var frames = new TrainingFrames(paths, options, seed: 1, CancellationToken.None);
        using var method = new Diverging(options);
        var loop = new TrainingLoop(method, options, frames, null, 1, torch.CPU, new TrainingClock(TimeProvider.System, 2, null, null));
        var error = Assert.Throws<TrainingException>(() => loop.Run(null, resume: false, CancellationToken.None));
        Assert.Contains("The loss became NaN in epoch 2 at a learning rate of 0.0002", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_Cancelled_StopsAndLeavesNothing()
    {
        using var cancel = new CancellationTokenSource();
        var output = Path.Combine(trained.DataFolder, "cancelled.alm");
        var listener = new Canceller(cancel);
        Assert.ThrowsAny<OperationCanceledException>(() => Trainer.Train(
            new TrainingRequest { Method = "ae-l2", DataFolder = trained.DataFolder, Output = output, Preset = "fast", Device = "cpu" }, listener, cancel: cancel.Token));
        Assert.Empty(Directory.GetFiles(trained.DataFolder, "cancelled*"));
    }

    [Fact]
    public void Train_TimeLimit_EndsTheScheduleWithIt()
    {
        var result = Trainer.Train(new TrainingRequest
        {
            Method = "ae-l2",
            DataFolder = trained.DataFolder,
            Output = Path.Combine(trained.DataFolder, "limited.alm"),
            Preset = "fast",
            Device = "cpu",
            MaxTime = TimeSpan.FromSeconds(2),
            Epochs = 100_000,
        }, cancel: TestContext.Current.CancellationToken);
        Assert.InRange(result.Manifest.Metrics["epochs"], 1, 10_000);
    }

    [Fact]
    public void Train_BrokenFrame_IsNamedAndLeftOut()
    {
        using var folder = new TemporaryFolder();
        SyntheticParts.WriteDataset(folder["parts"], trainCount: 6, testNormals: 1, testPerDefect: 1, seed: 1, width: 64, height: 64);
        var broken = Directory.GetFiles(folder["parts/train/good"])[2];
        File.WriteAllText(broken, "not an image");
        var result = Trainer.Train(
            new TrainingRequest { Method = "ae-l2", Preset = "fast", Epochs = 1, DataFolder = folder["parts"], Output = folder["x.alm"], Device = "cpu" },
            cancel: TestContext.Current.CancellationToken);
        Assert.Contains(broken, Assert.Single(result.Unreadable), StringComparison.Ordinal);
        Assert.Equal(5, result.Manifest.TrainingSet.Frames);
    }

    private sealed class Diverging(AutoencoderOptions options) : AnomalyMethod(options)
    {
        private readonly AutoencoderNetwork _network = new(options);
        private int _steps;

        public override torch.nn.Module Network => _network;

        public override torch.Tensor Loss(torch.Tensor frames, Random random) => _network.call(frames).mean() * (++_steps > 3 ? double.NaN : 1);

        public override torch.Tensor AnomalyMap(torch.Tensor frames, InferenceContext context) => frames.mean([1]);

        public override torch.Tensor Reconstruct(torch.Tensor frames, InferenceContext context) => frames;
    }

    private sealed class Canceller(CancellationTokenSource cancel) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Epoch == 1) cancel.Cancel();
        }
    }
}
