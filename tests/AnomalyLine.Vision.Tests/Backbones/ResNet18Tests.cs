using AnomalyLine.Inference.Backbones;
using AnomalyLine.Inference.Onnx.Messages;
using AnomalyLine.Inference.Threading;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;

namespace AnomalyLine.Vision.Tests.Backbones;

public sealed class ResNet18Tests
{
    private static readonly string[] Stages = ["ReLU283_Output_0", "ReLU315_Output_0", "ReLU347_Output_0"];

    /// <summary>The file as its makers wrote it, run as it is but for the size of its pictures, against what is left of it here.</summary>
    [Theory]
    [InlineData(224)]
    [InlineData(256)]
    [InlineData(320)]
    public void Run_RandomFrames_GivesWhatTheOriginalFileGives(int side)
    {
        using var scope = torch.NewDisposeScope();
        torch.random.manual_seed(side);
        var frames = torch.rand(1, 3, side, side);
        using var pass = BackbonePass.Of(BackboneLibrary.Get("resnet18"), 3, side, side, [1, 2, 3]);
        var row = pass.Run(frames, ThreadTeam.Alone)[0];
        var (at, expected) = (0L, Original(frames, side));
        foreach (var (shape, stage) in pass.Shapes.Zip(expected))
        {
            Assert.Equal(stage.shape, new long[] { 1, shape.Channels, shape.Height, shape.Width });
            var own = row.narrow(0, at, shape.Length);
            var difference = (own - stage.flatten()).abs().max().item<float>();
            var largest = stage.abs().max().item<float>();
            Assert.True(difference < 1e-4 * Math.Max(1, largest), $"{shape}: {difference:G3} of {largest:G3}");
            at += shape.Length;
        }

        Assert.Equal(pass.Length, at);
    }

    [Fact]
    public void Run_GreyFrame_IsThatOfTheSameGreyInThreeColours()
    {
        using var scope = torch.NewDisposeScope();
        var grey = torch.rand(2, 1, 64, 64);
        var backbone = BackboneLibrary.Get("resnet18");
        using var one = BackbonePass.Of(backbone, 1, 64, 64, [2]);
        using var three = BackbonePass.Of(backbone, 3, 64, 64, [2]);
        Assert.True(torch.allclose(one.Run(grey, ThreadTeam.Alone), three.Run(grey.expand(2, 3, 64, 64), ThreadTeam.Alone), 1e-4, 1e-4));
    }

    [Fact]
    public void Of_SameBackboneAndSize_IsOneSessionUntilTheLastIsDisposed()
    {
        var backbone = BackboneLibrary.Get("resnet18");
        var first = BackbonePass.Of(backbone, 3, 64, 64, [1]);
        var second = BackbonePass.Of(Backbone.Read(backbone.ToBytes()), 3, 64, 64, [1]);
        Assert.Same(first, second);
        first.Dispose();
        using (torch.NewDisposeScope()) Assert.Equal(1, second.Run(torch.rand(1, 3, 64, 64), ThreadTeam.Alone).shape[0]);
        second.Dispose();
        using var third = BackbonePass.Of(backbone, 3, 64, 64, [1]);
        Assert.NotSame(first, third);
    }

    [Fact]
    public void Bytes_OfTheUsedStages_HoldTheWeightsWithBatchNormsFolded()
    {
        var backbone = BackboneLibrary.Get("resnet18");
        Assert.InRange(backbone.WeightCount, 2_770_000, 2_800_000);
        Assert.InRange(backbone.ToBytes().Length, 11_000_000, 11_300_000);
        Assert.Equal(backbone.Sha256, Backbone.Read(backbone.ToBytes()).Sha256);
    }

    private static torch.Tensor[] Original(torch.Tensor frames, int side)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "backbones", "resnet18.onnx")));
        var input = model.Graph.Input.Single(i => i.Name == "Input247");
        foreach (var dimension in input.Type.TensorType.Shape.Dim.TakeLast(2)) dimension.DimValue = side;
        model.Graph.Output.Clear();
        model.Graph.Output.Add(Stages.Select(s => new ValueInfoProto { Name = s }));
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(model.ToByteArray(), options);
        var means = torch.tensor(new[] { 103.06f, 115.90f, 123.15f }).view(1, 3, 1, 1);
        var pixels = ((frames.flip(1) * 255f) - means).contiguous().data<float>().ToArray();
        using var run = new RunOptions();
        using var value = OrtValue.CreateTensorValueFromMemory(pixels, [1, 3, side, side]);
        using var results = session.Run(run, ["Input247"], [value], Stages);
        return [.. results.Select(r => torch.tensor(r.GetTensorDataAsSpan<float>().ToArray()).view(r.GetTensorTypeAndShape().Shape))];
    }
}
