using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Threading;
using AnomalyLine.Learning.Losses;
using AnomalyLine.Learning.Masking;
using AnomalyLine.Learning.Methods.Intra;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Methods;

public sealed class IntraMethodTests
{
    private static readonly IntraOptions Options = new() { Size = 72, Patch = 8, Width = 32, Heads = 2, Depth = 4, Smoothing = 5 };

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(4, false)]
    public void Rebuild_WindowsInBatches_EqualsTheLoopOverWindows(int hidden, bool isLocal)
    {
        using var method = Make(Options with { Hidden = hidden, Positions = isLocal ? PatchPositions.Local : PatchPositions.Global });
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var network = (IntraNetwork)method.Network;
        var windows = new PatchWindows(9, 9, 7, hidden);
        var frames = rand(2, 3, 72, 72);
        var rebuilt = method.Rebuild(frames);
        for (var n = 0; n < 2; n++)
        {
            for (var w = 0; w < windows.Count; w++)
            {
                // The window cut out of the frame by hand, patch by patch.
                var patches = windows.Patches[(w * 49)..((w + 1) * 49)];
                var tokens = cat(Enumerable.Range(0, 81).Select(p => network.Embed(At(frames[n], p).flatten().unsqueeze(0))).ToArray());
                var places = windows.Places[(w * hidden)..((w + 1) * hidden)];
                var predicted = network.call(tokens, tensor(patches).unsqueeze(0), tensor(places).unsqueeze(0));
                for (var h = 0; h < hidden; h++)
                {
                    var patch = (int)patches[places[h]];
                    if (windows.Source[patch] != (w * hidden) + h) continue;
                    Assert.True((At(rebuilt[n], patch) - predicted[0, h].view(3, 8, 8)).abs().max().item<float>() < 1e-4f);
                }
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Rebuild_ChangedPatch_DoesNotChangeItsOwnReconstruction(int hidden)
    {
        using var method = Make(Options with { Hidden = hidden });
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var frame = rand(1, 3, 72, 72);
        var before = method.Rebuild(frame);
        At(frame[0], 40).fill_(1);
        var after = method.Rebuild(frame);
        Assert.True((At(before[0], 40) - At(after[0], 40)).abs().max().item<float>() < 1e-5f);
        Assert.True((At(before[0], 41) - At(after[0], 41)).abs().max().item<float>() > 1e-5f);
    }

    [Fact]
    public void AnomalyMap_AfterComplete_IsTheSquaredDistanceToTheMeanMap()
    {
        using var method = Make(Options);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var frames = rand(3, 3, 72, 72);
        var maps = MeanFilter.Apply(GradientMagnitudeSimilarity.Distance(frames, method.Rebuild(frames), 1, 3, ThreadTeam.Alone), 5, ThreadTeam.Alone);
        method.Complete([frames.narrow(0, 0, 2), frames.narrow(0, 2, 1)]);
        Assert.True((method.AnomalyMap(frames) - (maps - maps.mean([0])).pow(2)).abs().max().item<float>() < 1e-5f);
    }

    [Fact]
    public void Forward_FiveBlocks_LaterOnesAlsoGetWhatEarlierOnesGave()
    {
        random.manual_seed(1);
        using var network = new IntraNetwork(Options with { Depth = 5, Positions = PatchPositions.Local });
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var children = network.named_children().ToDictionary(c => c.name, c => c.module, StringComparer.Ordinal);
        IntraBlock[] blocks = [.. children["_blocks"].children().Cast<IntraBlock>()];
        var state = network.state_dict();
        var seen = rand(49, 32);
        var map = seen.clone();
        map[24] = state["_unknown"];
        map = (map + state["_positions"]).unsqueeze(0);

        // Of 5 blocks, counted from 0, number 3 also gets the output of 2, and number 4 that of 1.
        var outputs = new List<Tensor> { blocks[0].call(map) };
        outputs.Add(blocks[1].call(outputs[0]));
        outputs.Add(blocks[2].call(outputs[1]));
        outputs.Add(blocks[3].call(outputs[2] + outputs[2]));
        outputs.Add(blocks[4].call(outputs[3] + outputs[1]));
        var expected = ((nn.Module<Tensor, Tensor>)children["_head"]).call(((nn.Module<Tensor, Tensor>)children["_norm"]).call(outputs[4]).mean([1]));

        var predicted = network.call(seen, arange(49).unsqueeze(0), tensor(24L).view(1, 1));
        Assert.True((predicted.view(-1) - expected.view(-1)).abs().max().item<float>() < 1e-5f);
    }

    [Fact]
    public void Network_PaperOptions_HasThePublishedLayers()
    {
        using var network = new IntraNetwork(new IntraOptions());
        var millions = network.named_parameters().Where(p => p.name.EndsWith("weight", StringComparison.Ordinal) && p.parameter.dim() == 2).Sum(p => p.parameter.NumberOfElements) / 1e6;

        // 13 blocks of 16 D² weights (queries and keys 3 each, values 1, output 1, perceptron 8), and two layers of 768 x D.
        Assert.Equal(((13 * 16 * 512 * 512) + (2 * 768 * 512)) / 1e6, millions, 1e-6);
    }

    /// <summary>A patch of a frame, C x H x W.</summary>
    private static Tensor At(Tensor frame, int patch) => frame.narrow(1, patch / 9 * 8, 8).narrow(2, patch % 9 * 8, 8);

    private static IntraMethod Make(IntraOptions options)
    {
        random.manual_seed(1);
        var method = new IntraMethod(options);
        method.Network.eval();
        return method;
    }
}
