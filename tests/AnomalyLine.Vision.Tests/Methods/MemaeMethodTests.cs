using AnomalyLine.Learning.Methods.Memae;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Methods;

public sealed class MemaeMethodTests
{
    [Fact]
    public void Shrink_SomeWeightsAbove_KeepsThemInTheirRatio()
    {
        using var scope = NewDisposeScope();
        var weights = tensor(new float[] { 0.6f, 0.2f, 0.15f, 0.05f }).view(1, 4);
        Assert.Equal([0.75f, 0.25f, 0, 0], SparseMemory.Shrink(weights, 0.18).data<float>().ToArray(), Near);
    }

    [Fact]
    public void Shrink_AllWeightsBelow_KeepsTheGreatest()
    {
        using var scope = NewDisposeScope();
        var weights = tensor(new float[] { 0.2f, 0.3f, 0.26f, 0.24f }).view(1, 4);
        Assert.Equal([0, 1, 0, 0], SparseMemory.Shrink(weights, 0.5).data<float>().ToArray(), Near);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(50)]
    public void Address_AnyMultiple_WeightsSumToOne(double shrink)
    {
        using var memory = new SparseMemory(100, 16, shrink);
        using var scope = NewDisposeScope();
        var weights = memory.Address(randn(40, 16) * 4);
        Assert.True((weights.sum([1]) - 1).abs().max().item<float>() < 1e-5f);
        Assert.True(weights.min().item<float>() >= 0);
    }

    [Fact]
    public void Address_Multiple_CutsWhatIsBelowThatManyTimesTheMean()
    {
        using var memory = new SparseMemory(100, 16, 2);
        using var plain = new SparseMemory(100, 16, 0);
        plain.load_state_dict(memory.state_dict());
        using var scope = NewDisposeScope();
        var queries = randn(40, 16) * 4;
        Assert.True((memory.Address(queries) > 0).Equals(plain.Address(queries) > 0.02f));
    }

    [Fact]
    public void Rebuild_EachPlace_IsAnsweredByTheMixtureOfItems()
    {
        var options = new MemaeOptions { Size = 64, Width = 4, Items = 20, Shrink = 1 };
        random.manual_seed(1);
        using var method = new MemaeMethod(options);
        method.Network.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var state = method.Network.state_dict();
        var (encoder, decoder) = ((nn.Module<Tensor, Tensor>)Child("_encoder"), (nn.Module<Tensor, Tensor>)Child("_decoder"));
        var items = state["_memory._items"];
        var x = rand(2, 3, 64, 64);
        var map = encoder.call(x);
        var answers = zeros_like(map);
        for (var n = 0; n < 2; n++)
        {
            for (var i = 0; i < 16; i++)
            {
                var scores = items.matmul(map[n, .., i / 4, i % 4]).data<float>().ToArray();
                var exponentials = scores.Select(s => Math.Exp(s)).ToArray();
                var weights = exponentials.Select(e => e / exponentials.Sum()).ToArray();
                var kept = weights.Select(w => w > 1.0 / 20 ? w : 0).ToArray();
                if (kept.Sum() == 0) kept[Array.IndexOf(weights, weights.Max())] = 1;
                for (var k = 0; k < 20; k++) answers[n, .., i / 4, i % 4].add_(items[k] * (kept[k] / kept.Sum()));
            }
        }

        Assert.True((((MemaeNetwork)method.Network).call(x) - decoder.call(answers)).abs().max().item<float>() < 1e-5f);

        nn.Module Child(string name) => method.Network.named_children().Single(c => c.name == name).module;
    }

    [Fact]
    public void Entropy_OneItemAndAllAlike_IsNothingAndTheLogarithm()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(0, MemaeMethod.Entropy(eye(4)).item<float>(), 1e-6f);
        Assert.Equal(Math.Log(4), MemaeMethod.Entropy(full(3, 4, 0.25f)).item<float>(), 1e-5f);
    }

    private static bool Near(float a, float b) => Math.Abs(a - b) < 1e-6f;
}
