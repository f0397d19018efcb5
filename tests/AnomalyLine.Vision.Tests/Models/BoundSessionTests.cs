using AnomalyLine.Detection;
using AnomalyLine.Inference.Backends.Card;
using AnomalyLine.Inference.Onnx;

namespace AnomalyLine.Vision.Tests.Models;

public sealed class BoundSessionTests
{
    private static readonly CardOptions s_processor = new() { Provider = CardProvider.Cpu };

    [Fact]
    public void Run_OtherValuesInTheSameMemory_ComputesThoseOfNow()
    {
        using var session = Doubling();
        for (var round = 1; round <= 3; round++)
        {
            session.Input(2).Fill(round);
            session.Run(2);
            Assert.Equal([2f * round, 2f * round, 2f * round, 2f * round], session.Output(2, 0).ToArray());
        }
    }

    [Fact]
    public void Run_SizesInTurn_KeepsEachSizesInputAndOutput()
    {
        using var session = Doubling();
        session.Input(1).Fill(1);
        session.Input(4).Fill(4);
        session.Run(4);
        session.Run(1);

        Assert.Equal((2f, 8f), (session.Output(1, 0)[0], session.Output(4, 0)[^1]));
        Assert.Equal((2, 8), (session.Output(1, 0).Length, session.Output(4, 0).Length));
    }

    [Fact]
    public void Run_AnyBatch_CountsItsTime()
    {
        using var session = Doubling();
        var (batches, compute) = (CardTimes.Batches, CardTimes.Compute);
        session.Run(1);

        Assert.True(session.Elapsed > TimeSpan.Zero);
        Assert.True(CardTimes.Batches > batches && CardTimes.Compute > compute);
    }

    [Theory]
    [InlineData(CardProvider.Cuda)]
    [InlineData(CardProvider.TensorRt)]
    public void Open_ABuildForTheProcessor_SaysHowToBuild(CardProvider provider)
    {
        var error = Assert.Throws<EngineException>(() => Doubling(new CardOptions { Provider = provider }));
        Assert.Equal("This build has no part for a card: build with -p:OnnxBackend=gpu.", error.Message);
    }

    [Fact]
    public void CardPlace_SeveralCards_GivesTheOneWithTheFewestModels()
    {
        using var first = new CardPlace([7, 8]);
        using var second = new CardPlace([7, 8]);
        Assert.Equal((7, 8), (first.Device, second.Device));
        first.Dispose();
        using var third = new CardPlace([7, 8]);
        Assert.Equal(7, third.Device);
    }

    private static BoundSession Doubling(CardOptions? options = null)
    {
        var graph = new OnnxGraph();
        var input = graph.Input("numbers", [null, 2]);
        graph.Output("twice", graph.Add("Add", [input, input]), null, 2);
        return BoundSession.Open(graph.ToMessage("test"), graph.Outputs, options ?? s_processor, 4);
    }
}
