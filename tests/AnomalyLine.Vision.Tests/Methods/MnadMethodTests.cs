using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Threading;
using AnomalyLine.Learning.Methods.Mnad;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Methods;

public sealed class MnadMethodTests
{
    private static readonly MnadOptions Small = new() { Size = 32, Width = 4, Items = 4, Smoothing = 3, LearningRate = 1e-3 };

    [Theory]
    [InlineData(MnadVariant.Reconstruction, 1)]
    [InlineData(MnadVariant.Prediction, 3)]
    public void TrainStep_ManyTimes_ItemsMoveStayOfLengthOneAndTakeNoGradient(object variant, int clip)
    {
        using var method = new MnadMethod(Small with { Variant = (MnadVariant)variant, Clip = clip });
        using var scope = NewDisposeScope();
        var items = ((MnadNetwork)method.Network).Memory.Items;
        var before = items.clone();
        for (var i = 0; i < 5; i++) method.TrainStep(rand(4, 3 * clip, 32, 32), 0.5, new Random(1));
        Assert.False(items.requires_grad);
        Assert.True(items.grad is null);
        Assert.DoesNotContain(method.Network.named_parameters(), p => p.name.Contains("items", StringComparison.Ordinal));
        Assert.True((items - before).abs().max().item<float>() > 1e-3f);
        Assert.True((items.norm(1) - 1).abs().max().item<float>() < 1e-5f);
    }

    [Fact]
    public void Loss_Backward_LeavesItemsAsTheyAre()
    {
        using var method = new MnadMethod(Small);
        using var scope = NewDisposeScope();
        var items = ((MnadNetwork)method.Network).Memory.Items;
        var before = items.clone();
        method.Loss(rand(2, 3, 32, 32), new Random(1)).backward();
        Assert.True(items.Equals(before));
        Assert.True(items.grad is null);
    }

    [Fact]
    public void Update_Queries_MovesEachItemAsTheLoopDoes()
    {
        using var memory = new PrototypeMemory(5, 8);
        using var scope = NewDisposeScope();
        var (items, queries) = (Rows(memory.Items), Unit(40, 8));
        var rows = Rows(queries);
        var expected = items.Select(i => i.ToArray()).ToArray();
        for (var m = 0; m < items.Length; m++)
        {
            var softmax = rows.Select(q => Math.Exp(Dot(q, items[m])) / rows.Sum(r => Math.Exp(Dot(r, items[m])))).ToArray();
            for (var k = 0; k < rows.Length; k++)
            {
                if (Enumerable.Range(0, items.Length).MaxBy(i => Dot(rows[k], items[i])) != m) continue;
                for (var c = 0; c < 8; c++) expected[m][c] += softmax[k] / softmax.Max() * rows[k][c];
            }

            var length = Math.Sqrt(Dot(expected[m], expected[m]));
            for (var c = 0; c < 8; c++) expected[m][c] /= length;
        }

        memory.Update(queries);
        Assert.Equal(expected.SelectMany(r => r), Rows(memory.Items).SelectMany(r => r), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void Update_ItemNearestToNone_Stays()
    {
        using var memory = new PrototypeMemory(2, 2);
        using var scope = NewDisposeScope();
        memory.Items.copy_(tensor(new float[] { 1, 0, -1, 0 }).view(2, 2));
        memory.Update(tensor(new float[] { 0.6f, 0.8f }).view(1, 2));

        // (1, 0) + (0.6, 0.8), scaled to length 1.
        Assert.Equal([2 / Math.Sqrt(5), 1 / Math.Sqrt(5), -1, 0], Rows(memory.Items).SelectMany(r => r), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Losses_Queries_AreDistancesToTheNearestTwo()
    {
        using var memory = new PrototypeMemory(5, 8);
        using var scope = NewDisposeScope();
        var (items, queries) = (Rows(memory.Items), Unit(40, 8));
        var sorted = Rows(queries).Select(q => items.Select(p => q.Zip(p, (a, b) => (a - b) * (a - b)).Sum()).Order().ToArray()).ToArray();
        var (compactness, separateness) = memory.Losses(queries);
        Assert.Equal(sorted.Average(d => d[0]) / 8, compactness.item<float>(), 1e-5);
        Assert.Equal(sorted.Average(d => Math.Max(0, Math.Sqrt(d[0]) - Math.Sqrt(d[1]) + 1)), separateness.item<float>(), 1e-5);
        Assert.Equal(sorted.Select(d => d[0]), memory.Distance(queries).data<float>().Select(d => (double)d), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void AnomalyMap_AfterComplete_IsErrorAndDistanceInDeviations()
    {
        using var method = new MnadMethod(Small);
        method.Network.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var network = (MnadNetwork)method.Network;
        var frames = rand(5, 3, 32, 32);
        var (rebuilt, queries) = network.Rebuild((frames * 2) - 1);
        var error = MeanFilter.Apply((((rebuilt + 1) / 2) - frames).pow(2).mean([1]), 3, ThreadTeam.Alone);
        var places = network.Memory.Distance(queries).view(5, 1, 4, 4);
        var distance = MeanFilter.Apply(nn.functional.interpolate(places, [32, 32], mode: InterpolationMode.Bilinear, align_corners: false).squeeze(1), 3, ThreadTeam.Alone);
        var expected = (0.7 * error / error.std(unbiased: false)) + (0.3 * distance / distance.std(unbiased: false));
        method.Complete([frames[..3], frames[3..]]);
        var map = method.AnomalyMap(frames);
        Assert.True((map - expected).abs().max().item<float>() < 1e-3f * expected.max().item<float>());
        Assert.True(map.Equals(method.AnomalyMap(frames)));
    }

    [Fact]
    public void AnomalyMap_Prediction_MeasuresTheLastFrameAgainstWhatThoseBeforeForetell()
    {
        using var method = new MnadMethod(Small with { Variant = MnadVariant.Prediction, Clip = 3, Balance = 1, Smoothing = 1 });
        method.Network.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var clips = rand(2, 9, 32, 32);
        var foretold = (((MnadNetwork)method.Network).call((clips[.., ..6] * 2) - 1) + 1) / 2;
        Assert.True((method.AnomalyMap(clips) - (foretold - clips[.., 6..]).pow(2).mean([1])).abs().max().item<float>() < 1e-6f);
    }

    [Fact]
    public void Complete_Prediction_TakesDeviationsInLighterAndDarkerFramesToo()
    {
        using var method = new MnadMethod(Small with { Variant = MnadVariant.Prediction, Clip = 3, Balance = 1 });
        method.Network.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var clips = rand(4, 9, 32, 32);

        // Before, deviations are 1, and with this balance the map is the error.
        var errors = cat(new[] { 0.9, 1, 1.1 }.Select(gain => method.AnomalyMap((clips * gain).clamp(0, 1))).ToArray(), 0);
        var expected = errors.std(unbiased: false).item<float>();
        method.Complete([clips[..2], clips[2..]]);
        Assert.Equal(1, ((MnadNetwork)method.Network).Deviations[0].item<float>() / expected, 1e-3);
        Assert.NotEqual(1, method.AnomalyMap(clips).std(unbiased: false).item<float>(), 1e-3);
    }

    [Theory]
    [InlineData(MnadVariant.Reconstruction, 2, "reconstruction takes 1 frame")]
    [InlineData(MnadVariant.Prediction, 1, "prediction 2..16")]
    [InlineData(MnadVariant.Prediction, 17, "must be 1..16")]
    public void Validate_ClipThatTheVariantCannotTake_IsNamed(object variant, int clip, string message) =>
        Assert.Contains(message, Assert.Single((Small with { Variant = (MnadVariant)variant, Clip = clip }).Validate()), StringComparison.Ordinal);

    [Fact]
    public void Network_PaperWidth_HasThePublishedSize()
    {
        using var network = new MnadNetwork(new MnadOptions());
        Assert.Equal(17, network.parameters().Sum(p => p.NumberOfElements) / 1e6, 1.0);
    }

    private static Tensor Unit(int count, int channels) => nn.functional.normalize(randn(count, channels), dim: 1);

    private static double[][] Rows(Tensor matrix) =>
        [.. Enumerable.Range(0, (int)matrix.shape[0]).Select(i => matrix[i].data<float>().Select(v => (double)v).ToArray())];

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
