using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference;
using AnomalyLine.Inference.Threading;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods.Autoencoder;
using AnomalyLine.Learning.Training;
using AnomalyLine.Vision.Tests.Methods;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Models;

[Trait("Speed", "Slow")]
public sealed class PixelwiseNormalizerTests(TrainedMethods trained)
{
    [Fact]
    public void Measure_TrainingFrames_IsDeviationsAboveTheMean()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var options = new AutoencoderOptions { Size = 128, Width = 4, Latent = 8, Loss = ReconstructionLoss.L2, Smoothing = 1 };
        using var method = new AutoencoderMethod(options);
        using var frames = new TrainingFrames([.. DatasetFolder.Open(trained.DataFolder).TrainNormals.Take(11)], options, seed: 1, CancellationToken.None);
        var maps = method.AnomalyMap(cat([.. frames.Batches(CPU, CancellationToken.None).Select(b => b.clone())])).to(ScalarType.Float64);
        var mean = maps.mean([0]);
        var deviation = ((maps * maps).mean([0]) - (mean * mean)).clamp_min(0).sqrt();
        var expected = ((maps - mean) / (deviation + deviation.mean())).clamp_min(0);

        using var normal = PixelwiseNormalizer.Of(method, frames.Batches(CPU, CancellationToken.None), CPU);
        using var read = PixelwiseNormalizer.Read(normal.Write(), options.Input, CPU);

        Assert.True((normal.Measure(maps.to(ScalarType.Float32), ThreadTeam.Alone) - expected).abs().max().item<double>() < 1e-3);
        Assert.True(normal.Measure(maps, ThreadTeam.Alone).Equals(read.Measure(maps, ThreadTeam.Alone)));

        // On the CPU a walk over the frames measures float32 maps; what is no number must stay so.
        var single = maps.to(ScalarType.Float32);
        single[3, 5, 7] = float.NaN;
        Assert.True(normal.Measure(single, ThreadTeam.Alone).allclose(normal.Divide(single), rtol: 1e-6, atol: 1e-7, equal_nan: true));
    }

    [Fact]
    public void Train_Normalised_ModelLoadsAndScoresAsItDid()
    {
        using var folder = new TemporaryFolder();
        var result = Trainer.Train(
            new TrainingRequest
            {
                Method = "ae-l2",
                DataFolder = trained.DataFolder,
                Output = folder["normalised.alm"],
                Preset = "fast",
                Epochs = 2,
                Device = "cpu",
                Options = new Dictionary<string, string> { ["width"] = "4", ["normalise"] = "true" },
            },
            cancel: TestContext.Current.CancellationToken);
        Assert.Contains("normal.safetensors", result.Manifest.Files.Keys);
        using var model = ModelLoader.Load(result.Path, "cpu");
        using var frame = TrainedMethods.Prepare(DatasetFolder.Open(trained.DataFolder).TrainNormals[0], model.Input);
        Assert.All(model.Detect([frame])[0].Map.Values.ToArray(), value => Assert.True(value >= 0));
    }
}
