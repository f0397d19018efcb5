using System.Collections.Concurrent;
using AnomalyLine.Inspection.Batching;

namespace AnomalyLine.Inspection.Tests;

public sealed class FairWorkTests
{
    [Fact]
    public async Task Add_OneStationHasMuchWork_StationsTakeTurns()
    {
        using var open = new ManualResetEventSlim();
        var done = new ConcurrentQueue<string>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var work = new FairWork<string>(1, 1, piece =>
        {
            open.Wait();
            done.Enqueue(piece);
            if (done.Count == 8) all.SetResult();
        });

        foreach (var piece in new[] { "flood 1", "flood 2", "flood 3", "flood 4", "flood 5", "a 1", "a 2", "b 1" }) work.Add(piece.Split(' ')[0], piece);
        open.Set();
        await all.Task.WaitAsync(TestLine.Patience, TestLine.Cancellation);

        // The first was at work before the others came, or came with them.
        Assert.Equal(["flood 1", "a 1", "b 1", "a 2"], done.Where(piece => piece is not ("flood 2" or "flood 3" or "flood 4" or "flood 5")));
        Assert.True(done.ToList().IndexOf("b 1") <= 3);
        Assert.True(done.ToList().IndexOf("a 2") <= 5);
    }

    [Fact]
    public async Task Add_OneStationsWorkIsLong_LeavesRoomForTheOthers()
    {
        using var open = new ManualResetEventSlim();
        var quick = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var all = new CountdownEvent(4);
        var work = new FairWork<string>(2, 1, piece =>
        {
            if (piece.StartsWith("long", StringComparison.Ordinal)) open.Wait();
            else quick.SetResult();
            all.Signal();
        });

        foreach (var piece in new[] { "long 1", "long 2", "long 3", "quick 1" }) work.Add(piece.Split(' ')[0], piece);
        await quick.Task.WaitAsync(TestLine.Patience, TestLine.Cancellation);
        open.Set();

        Assert.True(all.Wait(TestLine.Patience, TestLine.Cancellation));
        all.Dispose();
    }

    [Fact]
    public async Task Add_MoreThanAtATime_RunsSoManyAndNoMore()
    {
        using var entered = new SemaphoreSlim(0);
        using var open = new ManualResetEventSlim();
        var (running, most) = (0, 0);
        var work = new FairWork<int>(2, 2, _ =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            entered.Release();
            open.Wait();
            Interlocked.Decrement(ref running);
        });
        for (var i = 0; i < 20; i++) work.Add($"{i % 3}", i);
        for (var i = 0; i < 2; i++) Assert.True(await entered.WaitAsync(TestLine.Patience, TestLine.Cancellation));
        open.Set();
        for (var i = 0; i < 18; i++) Assert.True(await entered.WaitAsync(TestLine.Patience, TestLine.Cancellation));

        Assert.Equal(2, most);
    }

    /// <summary>The pool's threads are those of all connections: a piece that takes long must not take one of them.</summary>
    [Fact]
    public async Task Add_Any_IsDoneOnNoThreadOfThePool()
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        new FairWork<int>(1, 1, _ => done.SetResult(Thread.CurrentThread.IsThreadPoolThread)).Add("a", 1);
        Assert.False(await done.Task.WaitAsync(TestLine.Patience, TestLine.Cancellation));
    }

    /// <summary>Threads that wait are woken one for each piece, also where pieces come one by one.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Add_AfterAPauseAndManyAtOnce_AllAreDoneAndAsManyAtATimeAsMayBe(bool areOfOneStation)
    {
        using var entered = new SemaphoreSlim(0);
        using var open = new SemaphoreSlim(0);
        var work = new FairWork<int>(3, 3, _ =>
        {
            entered.Release();
            open.Wait();
        });
        for (var round = 0; round < 50; round++)
        {
            for (var i = 0; i < 3; i++) work.Add(areOfOneStation ? "a" : $"{i}", i);
            for (var i = 0; i < 3; i++) Assert.True(await entered.WaitAsync(TestLine.Patience, TestLine.Cancellation));
            open.Release(3);
        }
    }

    /// <summary>Whatever moment a piece comes at, also that at which the last thread gives up waiting, somebody does it.</summary>
    [Fact]
    public async Task Add_JustAsThreadsEnd_NothingStaysBehind()
    {
        using var done = new SemaphoreSlim(0);
        var work = new FairWork<int>(1, 1, _ => done.Release(), TimeSpan.FromMilliseconds(1));
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            work.Add("a", i);
            Assert.True(await done.WaitAsync(TestLine.Patience, TestLine.Cancellation));
            var pause = System.Diagnostics.Stopwatch.StartNew();
            while (pause.Elapsed.TotalMilliseconds < 0.9 + (0.4 * random.NextDouble())) Thread.SpinWait(20);
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
            if (Interlocked.CompareExchange(ref target, value, seen) == seen) return;
    }
}
