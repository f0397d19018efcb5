using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Tensors;
using AnomalyLine.Learning.Methods.Patchcore;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Methods;

public sealed class PatchcoreMethodTests
{
    private static readonly PatchcoreOptions Options = new() { Size = 64, Layers = [2], Memory = 40, Projection = 64, Sigma = 0 };

    [Fact]
    public void Choose_ManyAtOnce_ChoosesWhatOneAfterTheOtherWould()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var points = randn(3000, 6);
        var chosen = new GreedyCoreset(points, zeros(0, 6)).Choose(200, 0);

        var expected = new List<long> { (points - points.mean([0])).square().sum([1]).argmin().item<long>() };
        var nearest = (points - points[expected[0]]).square().sum([1]);
        while (expected.Count < 200)
        {
            expected.Add(nearest.argmax().item<long>());
            nearest = nearest.minimum((points - points[expected[^1]]).square().sum([1]));
        }

        Assert.Equal(expected, chosen);
    }

    [Fact]
    public void Choose_Radius_StopsWhereAllPointsAreWithinIt()
    {
        using var scope = NewDisposeScope();
        var points = tensor(new float[] { 0, 1, 5, 6, 20 }).view(5, 1);
        var coreset = new GreedyCoreset(points, tensor(new float[] { 0 }).view(1, 1));
        Assert.Equal(20, coreset.Radius, 1e-5);
        Assert.Equal([4L, 3L], coreset.Choose(10, 1.5));
        Assert.Equal(1, coreset.Radius, 1e-5);
    }

    [Fact]
    public void AnomalyMap_Frame_IsTheDistanceToTheNearestPatchOfTheMemory()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var method = Create(Options with { Neighbourhood = 1 });
        var encoded = method.Encode(rand(4, 3, 64, 64));
        method.Complete([encoded]);
        var memory = ((PatchcoreNetwork)method.Network).Memory;
        Assert.Equal([40L, 128L], memory.shape);

        var frame = rand(1, 3, 64, 64);
        var rows = method.Encode(frame).view(128, 64).t();
        var distances = (rows.unsqueeze(1) - memory.unsqueeze(0)).square().sum([2]).sqrt().amin([1]);
        var map = method.AnomalyMap(frame);
        var expected = nn.functional.interpolate(nn.functional.interpolate(distances.view(1, 1, 8, 8), [16, 16], mode: InterpolationMode.Bilinear), [64, 64], mode: InterpolationMode.Bilinear);
        Assert.True((map - expected.squeeze(1)).abs().max().item<float>() < 1e-3f * expected.max().item<float>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Map_StrongerFeaturesOfTheSameDirection_DifferOnlyWithoutUnitLength(bool unitLength)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var method = Create(Options with { Layers = [1, 2], UnitLength = unitLength });
        method.Complete([method.Encode(rand(4, 3, 64, 64))]);

        var encoded = method.Encode(rand(1, 3, 64, 64));
        var context = TorchBackend.ContextOf(method);
        var (map, stronger) = (method.MapOfEncoded(encoded, context), method.MapOfEncoded(encoded * 3, context));
        Assert.Equal(unitLength, (map - stronger).abs().max().item<float>() < 1e-3f * map.max().item<float>());
    }

    [Fact]
    public void Complete_FewerPatchesThanTheMemoryTakes_KeepsTheDifferentOnesAndLoads()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var options = Options with { Memory = 1000 };
        using var method = Create(options);
        var frame = rand(1, 3, 64, 64);
        method.Complete([method.Encode(cat([frame, frame]))]);
        Assert.InRange(((PatchcoreNetwork)method.Network).Memory.shape[0], 60, 64);

        using var read = Create(options);
        read.ReadWeights(SafeTensors.Write(method.Network));
        Assert.True(method.AnomalyMap(frame).Equals(read.AnomalyMap(frame)));
    }

    [Fact]
    public void Complete_FurtherFrame_AddsWhatIsFarFromTheMemory()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var method = Create(Options);
        var known = rand(4, 3, 64, 64);
        method.Complete([method.Encode(known)]);
        var before = ((PatchcoreNetwork)method.Network).Memory.clone();
        method.Complete([method.Encode(known)]);
        Assert.Equal(40, ((PatchcoreNetwork)method.Network).Memory.shape[0]);

        var news = zeros(1, 3, 64, 64);
        var was = method.AnomalyMap(news).max().item<float>();
        method.Complete([method.Encode(news)]);
        var memory = ((PatchcoreNetwork)method.Network).Memory;
        Assert.InRange(memory.shape[0], 41, 80);
        Assert.True(memory.narrow(0, 0, 40).Equals(before));
        Assert.True(method.AnomalyMap(news).max().item<float>() < 0.5f * was);
    }

    private static PatchcoreMethod Create(PatchcoreOptions options)
    {
        random.manual_seed(1);
        var method = new PatchcoreMethod(options, null);
        method.Network.eval();
        return method;
    }
}
