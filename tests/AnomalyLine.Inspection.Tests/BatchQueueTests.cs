using AnomalyLine.Inspection.Batching;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Inspection.Tests;

public sealed class BatchQueueTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(2);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Take_MoreThanABatchWaits_TakesABatchInOrderWithoutDelay()
    {
        using var queue = new BatchQueue<int>(10, _time);
        for (var i = 0; i < 5; i++) queue.Add("s", i);
        var batch = new List<int>();

        Assert.True(queue.Take(batch, 3, Delay));

        Assert.Equal([0, 1, 2], batch);
        Assert.Equal(2, queue.Length);
    }

    [Fact]
    public void Take_NoPlaceIsReserved_DoesNotWaitForOthers()
    {
        using var queue = new BatchQueue<int>(10, _time);
        queue.Add("s", 1);
        var batch = new List<int>();

        // The clock stands still: a wait would not end.
        Assert.True(queue.Take(batch, 3, Delay));
        Assert.Equal([1], batch);
    }

    [Fact]
    public async Task Take_OthersArePromisedAPlace_TakesWhatIsThereAfterTheDelay()
    {
        using var queue = new BatchQueue<int>(10, _time);
        queue.Add("s", 1);
        queue.Add("s", 2);
        queue.Reserve("s");
        var batch = new List<int>();
        var take = StartTake(queue, batch);

        _time.Advance(Delay - TimeSpan.FromTicks(1));
        Assert.False(take.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));

        Assert.True(await take.WaitAsync(TestLine.Patience, TestLine.Cancellation));
        Assert.Equal([1, 2], batch);
    }

    [Fact]
    public async Task Take_BatchFillsDuringTheDelay_EndsTheDelay()
    {
        using var queue = new BatchQueue<int>(10, _time);
        var batch = new List<int>();
        for (var i = 1; i <= 4; i++) queue.Reserve("s");
        var take = Task.Run(() => queue.Take(batch, 3, Delay), TestLine.Cancellation);
        for (var i = 1; i <= 3; i++) queue.Fill("s", i);

        Assert.True(await take.WaitAsync(TestLine.Patience, TestLine.Cancellation));
        Assert.Equal([1, 2, 3], batch);
    }

    [Fact]
    public async Task Take_LastPromisedPlaceIsFilledOrGivenBack_EndsTheDelay()
    {
        using var queue = new BatchQueue<int>(10, _time);
        var batch = new List<int>();
        queue.Add("s", 1);
        queue.Reserve("s");
        queue.Reserve("s");
        var take = StartTake(queue, batch);
        queue.Fill("s", 2);
        Assert.False(take.IsCompleted);
        queue.GiveBack("s");

        Assert.True(await take.WaitAsync(TestLine.Patience, TestLine.Cancellation));
        Assert.Equal([1, 2], batch);
    }

    [Fact]
    public void Take_FirstWaitedTheDelayAlready_DoesNotWaitAgain()
    {
        using var queue = new BatchQueue<int>(10, _time);
        queue.Add("s", 1);
        queue.Reserve("s");
        _time.Advance(Delay);
        var batch = new List<int>();

        Assert.True(queue.Take(batch, 3, Delay));
        Assert.Equal([1], batch);
    }

    [Fact]
    public void Reserve_CapacityTaken_IsFullUntilAPlaceIsGivenBack()
    {
        using var queue = new BatchQueue<int>(2, _time);
        Assert.Equal(Admission.Reserved, queue.Add("s", 1));
        Assert.Equal(Admission.Reserved, queue.Reserve("s"));
        Assert.Equal(Admission.Full, queue.Reserve("s"));
        queue.GiveBack("s");
        Assert.Equal(Admission.Reserved, queue.Reserve("s"));
    }

    [Fact]
    public void Take_OneLaneIsLong_LanesTakeTurns()
    {
        using var queue = new BatchQueue<int>(10, _time);
        for (var i = 0; i < 6; i++) queue.Add("flood", i);
        queue.Add("a", 10);
        queue.Add("b", 20);
        queue.Add("a", 11);
        var batch = new List<int>();

        queue.Take(batch, 4, Delay);
        Assert.Equal([0, 10, 20, 1], batch);
        queue.Add("b", 21);
        queue.Take(batch, 4, Delay);
        Assert.Equal([11, 2, 21, 3], batch);
        queue.Take(batch, 4, Delay);
        Assert.Equal([4, 5], batch);
    }

    [Fact]
    public void Reserve_OneLaneIsFull_OthersHaveTheirOwnPlaces()
    {
        using var queue = new BatchQueue<int>(2, _time);
        queue.Add("flood", 1);
        queue.Reserve("flood");
        Assert.Equal(Admission.Full, queue.Reserve("flood"));
        Assert.Equal(Admission.Reserved, queue.Add("a", 2));
        Assert.Equal(3, queue.Length);
        var batch = new List<int>();

        queue.Take(batch, 3, TimeSpan.Zero);

        Assert.Equal(Admission.Reserved, queue.Reserve("flood"));
        Assert.Equal(Admission.Full, queue.Reserve("flood"));
    }

    [Fact]
    public async Task Close_PlaceIsReserved_TakesItsItemBeforeTheEnd()
    {
        using var queue = new BatchQueue<int>(2, _time);
        queue.Reserve("s");
        queue.Close();
        Assert.Equal(Admission.Closed, queue.Reserve("s"));
        var batch = new List<int>();
        var take = StartTake(queue, batch);
        queue.Fill("s", 7);

        Assert.True(await take.WaitAsync(TestLine.Patience, TestLine.Cancellation));
        Assert.Equal([7], batch);
        Assert.False(queue.Take(batch, 3, Delay));
    }

    /// <summary>Takes on a thread of its own; returns once that thread waits, or is done.</summary>
    private static Task<bool> StartTake(BatchQueue<int> queue, List<int> batch)
    {
        var taken = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => taken.SetResult(queue.Take(batch, 3, Delay))) { IsBackground = true };
        thread.Start();
        Assert.True(SpinWait.SpinUntil(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin) || taken.Task.IsCompleted, TestLine.Patience));
        return taken.Task;
    }
}
