using AnomalyLine.Inference;
using AnomalyLine.Inference.Backends.OnnxRuntime;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Threading;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods.Intra;
using AnomalyLine.Vision.Tests.Methods;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Onnx;

public sealed class OnnxBackendTests
{
    /// <summary>Each method with a square, a wide and a tall input.</summary>
    public static TheoryData<string, double> NamesAndProportions => [.. MethodCatalog.All.SelectMany(m => new[] { 1, 2, 0.5 }.Select(p => new TheoryDataRow<string, double>(m.Name, p)))];

    [Theory]
    [MemberData(nameof(NamesAndProportions))]
    public void Run_AnyMethod_GivesTheSameMaps(string name, double proportions)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var descriptor = MethodCatalog.Find(name)!;
        var options = SmallPresets.Of(descriptor);
        if (options is IntraOptions) options = options with { Size = 128 }; // windows of patches need room on the shorter side
        options = options with { Size = options.SizeFor(proportions) };
        Assert.Equal(proportions, (double)options.Size.Width / options.Size.Height);
        Assert.Empty(options.Validate());
        using var method = descriptor.Create(options);
        Tensor Frames(int count) => nn.functional.interpolate(rand(count, options.Input.Planes, 8, 8), [options.Size.Height, options.Size.Width], mode: InterpolationMode.Bilinear, align_corners: false);

        // A step gives batch norms something to fold.
        var encoded = method.Encode(Frames(4));
        if (method.LearnsAtOnce) method.Complete([encoded]);
        else method.TrainStep(encoded, 0, new Random(1));
        method.Finish();
        InferenceOptimizer.Optimize(method.Network);
        using var mode = inference_mode();
        using var pass = OnnxBackend.Of(method, 2);
        using var team = new ThreadTeam(2);
        var onnx = new InferenceContext(pass, team);
        foreach (var frames in new[] { Frames(1), Frames(3) })
        {
            var expected = method.AnomalyMap(frames);
            var actual = method.AnomalyMap(frames, onnx);
            var (difference, largest) = ((expected - actual).abs().max().item<float>(), expected.abs().max().item<float>());
            TestContext.Current.TestOutputHelper?.WriteLine($"largest difference {difference:G3} of {largest:G3}");
            Assert.Equal([frames.shape[0], options.Size.Height, options.Size.Width], actual.shape);
            Assert.True(largest > 0, "all of the map is 0, so this compares nothing");
            Assert.True(difference <= BackendSelector.Tolerance * largest, $"{difference} of {largest}");
        }
    }

    [Theory]
    [InlineData(1, "Global", 96)]
    [InlineData(1, "Local", 64)]
    [InlineData(4, "Local", 64)]
    public void Run_IntraOfEitherKind_RebuildsTheSame(int hidden, string positions, int size)
    {
        // 96 pixels make more windows than go through the network at once.
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        random.manual_seed(1);
        var options = new IntraOptions { Size = size, Patch = 8, Width = 32, Depth = 5, Heads = 2, Hidden = hidden, Positions = Enum.Parse<PatchPositions>(positions) };
        using var method = new IntraMethod(options);
        InferenceOptimizer.Optimize(method.Network);
        using var pass = OnnxBackend.Of(method, 2);
        var frames = rand(2, 3, size, size);
        var (expected, actual) = (method.Rebuild(frames), pass.Run(frames, ThreadTeam.Alone)[0]);
        Assert.Equal(expected.shape, actual.shape);
        Assert.True((expected - actual).abs().max().item<float>() < 1e-5f * expected.abs().max().item<float>());
    }

    [Theory]
    [InlineData(1, 2, false)]
    [InlineData(2, 1, false)]
    [InlineData(2, 2, true)]
    [InlineData(3, 2, true)]
    [InlineData(7, 16, false)]
    [InlineData(8, 16, true)]
    public void IsShared_InputsAndThreads_WhereHalfOfThemHaveWork(int inputs, int threads, bool expected) => Assert.Equal(expected, OnnxBackend.IsShared(inputs, threads));

    [Fact]
    public void Run_InputsSharedOut_GivesWhatTheyGiveOneByOne()
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        random.manual_seed(1);
        var descriptor = MethodCatalog.Find("fair")!;
        using var method = descriptor.Create(SmallPresets.Of(descriptor));
        InferenceOptimizer.Optimize(method.Network);
        using var shared = OnnxBackend.Of(method, 3);
        using var single = OnnxBackend.Of(method, 1);
        var frames = rand(7, method.Input.Planes, method.Input.Height, method.Input.Width);
        using var team = new ThreadTeam(3);
        var results = shared.Run(frames, team);
        for (var i = 0; i < 7; i++)
        {
            foreach (var (all, one) in results.Zip(single.Run(frames.narrow(0, i, 1), ThreadTeam.Alone))) Assert.True(all.narrow(0, i, 1).equal(one).all().item<bool>(), $"frame {i}");
        }
    }
}
