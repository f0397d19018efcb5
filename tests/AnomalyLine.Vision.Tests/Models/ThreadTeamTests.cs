using System.Collections.Concurrent;
using AnomalyLine.Inference.Threading;

namespace AnomalyLine.Vision.Tests.Models;

public sealed class ThreadTeamTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(3, 0)]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    [InlineData(3, 500)]
    public void ForEach_AnyNumberOfPieces_DoesEachOnceEveryTime(int threads, int pieces)
    {
        using var team = new ThreadTeam(threads);
        for (var run = 0; run < 50; run++)
        {
            var done = new int[pieces];
            team.ForEach(pieces, piece => Interlocked.Increment(ref done[piece]));
            Assert.All(done, times => Assert.Equal(1, times));
        }
    }

    [Fact]
    public void ForEach_SeveralPieces_AreDoneByAllThreadsAtTheSameTime()
    {
        using var team = new ThreadTeam(3);
        using var meeting = new Barrier(3);
        var threads = new ConcurrentBag<int>();
        team.ForEach(3, _ =>
        {
            Assert.True(meeting.SignalAndWait(TimeSpan.FromSeconds(30)), "fewer than three threads work at the same time");
            threads.Add(Environment.CurrentManagedThreadId);
        });
        Assert.Equal(3, threads.Distinct().Count());
        Assert.Contains(Environment.CurrentManagedThreadId, threads);
    }

    [Fact]
    public void ForEach_Alone_DoesThePiecesInOrderOnTheCallingThread()
    {
        var pieces = new List<(int Piece, int Thread)>();
        ThreadTeam.Alone.ForEach(4, piece => pieces.Add((piece, Environment.CurrentManagedThreadId)));
        Assert.Equal(Enumerable.Range(0, 4).Select(i => (i, Environment.CurrentManagedThreadId)), pieces);
    }

    [Fact]
    public void ForEach_WithinAPiece_IsDoneByTheThreadOfThePiece()
    {
        using var team = new ThreadTeam(3);
        var others = 0;
        team.ForEach(20, _ =>
        {
            var own = Environment.CurrentManagedThreadId;
            team.ForEach(5, _ => Interlocked.Add(ref others, Environment.CurrentManagedThreadId == own ? 0 : 1));
        });
        Assert.Equal(0, others);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ForEach_APieceFails_ThrowsItBeginsNoFurtherOnesAndGoesOnAfterwards(int threads)
    {
        using var team = new ThreadTeam(threads);
        var begun = 0;
        var failure = Assert.Throws<InvalidOperationException>(() => team.ForEach(1000, _ =>
        {
            Interlocked.Increment(ref begun);
            throw new InvalidOperationException("broken");
        }));
        Assert.Equal("broken", failure.Message);
        Assert.InRange(begun, 1, threads);
        var done = 0;
        team.ForEach(10, _ => Interlocked.Increment(ref done));
        Assert.Equal(10, done);
    }
}
