using AnomalyLine.Vision.Layers;
using AnomalyLine.Vision.Methods;
using AnomalyLine.Vision.Models;
using AnomalyLine.Vision.Onnx;
using AnomalyLine.Vision.Tests.Methods;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Onnx;

public sealed class OnnxPassTests
{
    public static TheoryData<string> WithAForm => [.. MethodCatalog.All.Select(m => m.Name).Where(name => name != "intra")];

    [Theory]
    [MemberData(nameof(WithAForm))]
    public void Run_AnyMethodWithAForm_GivesTheSameMaps(string name)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var descriptor = MethodCatalog.Find(name)!;
        var options = SmallPresets.Of(descriptor);
        using var method = descriptor.Create(options);
        Tensor Frames(int count) => nn.functional.interpolate(rand(count, options.Input.Planes, 8, 8), [options.Size, options.Size], mode: InterpolationMode.Bilinear, align_corners: false);

        // A step gives batch norms something to fold.
        method.TrainStep(Frames(4), 0, new Random(1));
        method.Finish();
        NetworkForm.Serve(method.Network);
        using var mode = inference_mode();
        using var pass = OnnxPass.Of(method, 2);
        Assert.NotNull(pass);
        foreach (var frames in new[] { Frames(1), Frames(3) })
        {
            method.Engine = null;
            var expected = method.AnomalyMap(frames);
            method.Engine = pass;
            var actual = method.AnomalyMap(frames);
            var (difference, largest) = ((expected - actual).abs().max().item<float>(), expected.abs().max().item<float>());
            TestContext.Current.TestOutputHelper?.WriteLine($"largest difference {difference:G3} of {largest:G3}");
            Assert.True(largest > 0, "all of the map is 0, so this compares nothing");
            Assert.True(difference <= EngineTrial.Tolerance * largest, $"{difference} of {largest}");
        }
    }

    [Fact]
    public void Of_MethodWithoutAForm_IsNull()
    {
        var descriptor = MethodCatalog.Find("intra")!;
        using var method = descriptor.Create(SmallPresets.Of(descriptor));
        Assert.Null(OnnxPass.Of(method, 1));
    }
}
