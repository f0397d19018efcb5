using System.Runtime.InteropServices;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Learning.Methods;
using AnomalyLine.Learning.Methods.Autoencoder;
using AnomalyLine.Learning.Training;
using AnomalyLine.Vision.Tests.Methods;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Training;

[Trait("Speed", "Slow")]
public sealed class TrainingLoopTests(TrainedMethods trained)
{
    [Theory]
    [InlineData("single")]
    [InlineData("bfloat16")]
    public void Train_InterruptedAndResumed_GivesTheSameModel(string precision)
    {
        var whole = Train("whole", precision);
        using var cancel = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Train("halves", precision, resume: false, new Canceller(cancel, 3), cancel.Token));
        Assert.True(File.Exists(Output("halves", precision) + ".checkpoint"));

        var resumed = Train("halves", precision, resume: true);
        Assert.Equal(whole.Manifest.Files["weights.safetensors"], resumed.Manifest.Files["weights.safetensors"]);
        Assert.Equal(whole.Manifest.Losses, resumed.Manifest.Losses);
        Assert.Equal(5, resumed.Manifest.Losses.Count);
        Assert.Empty(Directory.GetFiles(trained.DataFolder, "halves*.checkpoint*"));
    }

    [Fact]
    public void Train_ResumedWithOtherOptions_IsRefusedAndSaysWhatToDo()
    {
        File.WriteAllBytes(
            Output("other", "single") + ".checkpoint",
            AnomalyLine.Inference.Tensors.SafeTensors.Write(new Dictionary<string, Tensor>(), """{"Fingerprint":"another","Spent":"00:00:01","Losses":[1],"BestLoss":null,"BestEpoch":0}"""));
        var error = Assert.Throws<TrainingException>(() => Train("other", "single", resume: true));
        Assert.Contains("is of a training with another method, options, seed or data", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_DamagedCheckpoint_IsRefusedAndSaysWhatToDo()
    {
        File.WriteAllText(Output("damaged", "single") + ".checkpoint", "not tensors");
        var error = Assert.Throws<TrainingException>(() => Train("damaged", "single", resume: true));
        Assert.Contains("delete it to start anew", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ValidationGetsWorse_StopsAndTakesTheBestWeights()
    {
        var options = Small with { Patience = 2, Epochs = 50 };
        using var method = new Scripted(options, validation: [5, 3, 4, 4.5, 1]);
        using var frames = Frames(options);
        using var validation = Frames(options);
        var loop = new TrainingLoop(method, options, frames, validation, 1, CPU, new TrainingClock(TimeProvider.System, 50, null, null));
        loop.Run(null, resume: false, CancellationToken.None);

        Assert.Equal((4, 2), (loop.Losses.Count, loop.TakenEpoch));
        Assert.Equal(2f, method.Marker);
    }

    [Fact]
    public void Run_MemoryRunsOut_SuggestsABatchSize()
    {
        using var method = new Scripted(Small, validation: []) { Failure = new EngineFailure("CUDA out of memory. Tried to allocate 20.00 MiB") };
        using var frames = Frames(Small);
        var loop = new TrainingLoop(method, Small, frames, null, 1, CPU, new TrainingClock(TimeProvider.System, 2, null, null));
        var error = Assert.Throws<TrainingException>(() => loop.Run(null, resume: false, CancellationToken.None));
        Assert.Contains("--set batch-size=2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 8)]
    [InlineData(true, 0)]
    public void Learn_FromRandomWeights_ShowsTheMethodEachTrainingFrameBeforeTheFirstStep(bool isWarm, int expected)
    {
        using var method = new Scripted(Small, validation: []);
        using var frames = Frames(Small);
        var loop = new TrainingLoop(method, Small, frames, null, 1, CPU, new TrainingClock(TimeProvider.System, 2, null, null)) { IsWarm = isWarm };
        loop.Learn(null, resume: false, CancellationToken.None);
        Assert.Equal(expected, method.Prepared);
    }

    private static AutoencoderOptions Small { get; } = new() { Size = 128, Width = 4, Latent = 4, BatchSize = 4, Epochs = 5, Loss = ReconstructionLoss.L2, LearningRate = 1e-3 };

    private TrainingFrames Frames(MethodOptions options) => new([.. DatasetFolder.Open(trained.DataFolder).TrainNormals.Take(8)], options, seed: 1, CancellationToken.None);

    private string Output(string name, string precision) => Path.Combine(trained.DataFolder, $"{name}-{precision}.alm");

    private TrainingResult Train(string name, string precision, bool resume = false, IProgress<TrainingProgress>? listener = null, CancellationToken? cancel = null) => Trainer.Train(
        new TrainingRequest
        {
            Method = "ae-l2",
            DataFolder = trained.DataFolder,
            Output = Output(name, precision),
            Preset = "fast",
            Device = "cpu",
            Epochs = 5,
            Resume = resume,
            Options = new Dictionary<string, string>
            {
                ["width"] = "4",
                ["latent"] = "8",
                ["precision"] = precision,
                ["patience"] = "4",
                ["rotation"] = "5",
                ["schedule"] = "constant",
                ["normalise"] = "false",
            },
        },
        listener, new Hasty(), cancel ?? TestContext.Current.CancellationToken);

    /// <summary>A clock on which each look is half a minute after the last, so that a checkpoint is always due.</summary>
    private sealed class Hasty : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Interlocked.Add(ref _now, 30);
    }

    private sealed class Canceller(CancellationTokenSource cancel, int epoch) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Epoch == epoch) cancel.Cancel();
        }
    }

    /// <summary>Its first weight counts the epochs; its validation losses are given.</summary>
    private sealed class Scripted(AutoencoderOptions options, double[] validation) : AnomalyMethod(options)
    {
        private readonly TorchSharp.Modules.Linear _network = nn.Linear(1, 1, hasBias: false);
        private int _epochs;
        private bool _wasTraining;

        public ExternalException? Failure { get; init; }

        public float Marker => _network.weight!.item<float>();

        public override nn.Module Network => _network;

        /// <summary>Frames that it was shown before its first step.</summary>
        public long Prepared { get; private set; }

        public override void Prepare(IEnumerable<Tensor> normals)
        {
            foreach (var batch in normals) Prepared += _epochs == 0 ? batch.shape[0] : throw new InvalidOperationException("It has made a step.");
        }

        public override double TrainStep(Tensor frames, double progress, Random random)
        {
            if (Failure is not null) throw Failure;
            using var guard = no_grad();
            if (!_wasTraining) _epochs++;
            _wasTraining = true;
            _network.weight!.fill_(_epochs);
            return 1;
        }

        public override Tensor Loss(Tensor frames, Random random)
        {
            _wasTraining = false;
            return tensor((float)validation[_epochs - 1]);
        }

        public override Tensor AnomalyMap(Tensor frames, InferenceContext context) => frames.mean([1]);

        public override Tensor Reconstruct(Tensor frames, InferenceContext context) => frames;
    }
}
