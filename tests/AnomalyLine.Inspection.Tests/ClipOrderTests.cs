using AnomalyLine.Detection;
using AnomalyLine.Imaging;
using AnomalyLine.Inspection.Batching;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Inspection.Tests;

public sealed class ClipOrderTests
{
    private static readonly InputSpec s_input = new(16, 16, 1, 2);
    private readonly ClipOrder _order = new();
    private readonly List<(int Grey, string Said)> _handed = [];

    [Fact]
    public void Fill_InAnyOrder_HandsOnInTheOrderOfEntering()
    {
        using var test = new Test();
        var places = Enumerable.Range(1, 4).Select(i => _order.Enter(test.Pend(i), test.Worker)).ToArray();
        Fill(places[2], 3);
        Fill(places[1], 2);
        Assert.Empty(_handed);
        Fill(places[0], 1);
        Assert.Equal([(1, "the stream begins there"), (2, ""), (3, "")], _handed);
        Fill(places[3], 4);
        Assert.Equal((4, ""), _handed[^1]);
    }

    [Fact]
    public void Fill_FrameThatCannotBePrepared_BeginsAnewInItsPlace()
    {
        using var test = new Test();
        var places = Enumerable.Range(1, 3).Select(i => _order.Enter(test.Pend(i), test.Worker)).ToArray();
        Fill(places[2], 3);
        _order.Fill(places[1], null, Hand);
        Fill(places[0], 1);
        Assert.Equal([(1, "the stream begins there"), (3, "the frame before could not be read")], _handed);
    }

    [Fact]
    public void Break_WhileFramesAreBeingPrepared_BeginsAnewAfterThem()
    {
        using var test = new Test();
        var first = _order.Enter(test.Pend(1), test.Worker);
        var second = _order.Enter(test.Pend(2), test.Worker);
        _order.Break("a frame was lost");
        _order.Break("and another");
        var third = _order.Enter(test.Pend(3), test.Worker);
        Fill(third, 3);
        Fill(first, 1);
        Fill(second, 2);
        Assert.Equal([(1, "the stream begins there"), (2, ""), (3, "a frame was lost")], _handed);
        _order.Break("nothing waits");
        Fill(_order.Enter(test.Pend(4), test.Worker), 4);
        Assert.Equal((4, "nothing waits"), _handed[^1]);
    }

    private void Fill(ClipPlace place, int grey)
    {
        Assert.True(FramePreparer.TryPrepare(TestLine.Frame(grey), s_input.ForOneFrame(), null, out var prepared, out var error), error);
        _order.Fill(place, prepared, Hand);
    }

    private void Hand(ClipPlace place, ClipHistory history)
    {
        var grey = (int)MathF.Round(place.Prepared!.Values[0] * 255);
        var isFull = history.TryJoin(place.Prepared, place.Pending.Frame, s_input, out var clip, out var missing);
        _handed.Add((grey, isFull ? "" : missing![(missing!.IndexOf(": ", StringComparison.Ordinal) + 2)..^1]));
        clip?.Dispose();
    }

    /// <summary>A model that is loaded, and frames on their way to it.</summary>
    private sealed class Test : IDisposable
    {
        private readonly LineMetrics _metrics = new();
        private readonly FakeTimeProvider _time = new();
        private readonly List<PendingInspection> _pending = [];

        public Test() => Worker = new ModelWorker("identity", _ => new IdentityDetector(s_input), new LineOptions(), _time, _metrics, NullLogger.Instance);

        public ModelWorker Worker { get; }

        public PendingInspection Pend(int number)
        {
            _pending.Add(new PendingInspection(TestLine.Frame(number, number: (ulong)number), TestLine.Recipe("s"), TimeSpan.FromSeconds(10), TimeSpan.Zero, _time.GetTimestamp(), _time));
            return _pending[^1];
        }

        public void Dispose()
        {
            Worker.Retire();
            foreach (var pending in _pending) pending.Dispose();
            _metrics.Dispose();
        }
    }
}
