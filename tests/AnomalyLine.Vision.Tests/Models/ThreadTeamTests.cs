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
    public void Share_AnyNumberOfPieces_DoesEachOnceEveryTime(int threads, int pieces)
    {
        using var crew = new ThreadTeam(threads);
        using var leading = ThreadTeam.Lead(crew);
        for (var run = 0; run < 50; run++)
        {
            var done = new int[pieces];
            ThreadTeam.Share(pieces, piece => Interlocked.Increment(ref done[piece]));
            Assert.All(done, times => Assert.Equal(1, times));
        }
    }

    [Fact]
    public void Share_SeveralPieces_AreDoneByAllThreadsAtTheSameTime()
    {
        using var crew = new ThreadTeam(3);
        using var leading = ThreadTeam.Lead(crew);
        using var meeting = new Barrier(3);
        var threads = new ConcurrentBag<int>();
        ThreadTeam.Share(3, _ =>
        {
            Assert.True(meeting.SignalAndWait(TimeSpan.FromSeconds(30)), "fewer than three threads work at the same time");
            threads.Add(Environment.CurrentManagedThreadId);
        });
        Assert.Equal(3, threads.Distinct().Count());
        Assert.Contains(Environment.CurrentManagedThreadId, threads);
    }

    [Fact]
    public void Share_NobodyLed_DoesThePiecesInOrderOnTheCallingThread()
    {
        var pieces = new List<(int Piece, int Thread)>();
        ThreadTeam.Share(4, piece => pieces.Add((piece, Environment.CurrentManagedThreadId)));
        Assert.Equal(Enumerable.Range(0, 4).Select(i => (i, Environment.CurrentManagedThreadId)), pieces);
    }

    [Fact]
    public void Share_WithinAPiece_IsDoneByTheThreadOfThePiece()
    {
        using var crew = new ThreadTeam(3);
        using var leading = ThreadTeam.Lead(crew);
        var others = 0;
        ThreadTeam.Share(20, _ =>
        {
            var own = Environment.CurrentManagedThreadId;
            ThreadTeam.Share(5, _ => Interlocked.Add(ref others, Environment.CurrentManagedThreadId == own ? 0 : 1));
        });
        Assert.Equal(0, others);
    }

    [Fact]
    public void Lead_AnotherCrewWithin_IsLedUntilItEnds()
    {
        using var one = new ThreadTeam(2);
        using var other = new ThreadTeam(3);
        Assert.Equal(1, ThreadTeam.Led);
        using (ThreadTeam.Lead(one))
        {
            Assert.Equal(2, ThreadTeam.Led);
            using (ThreadTeam.Lead(other)) Assert.Equal(3, ThreadTeam.Led);
            Assert.Equal(2, ThreadTeam.Led);
        }

        Assert.Equal(1, ThreadTeam.Led);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Share_APieceFails_ThrowsItBeginsNoFurtherOnesAndGoesOnAfterwards(int threads)
    {
        using var crew = new ThreadTeam(threads);
        using var leading = ThreadTeam.Lead(crew);
        var begun = 0;
        var failure = Assert.Throws<InvalidOperationException>(() => ThreadTeam.Share(1000, _ =>
        {
            Interlocked.Increment(ref begun);
            throw new InvalidOperationException("broken");
        }));
        Assert.Equal("broken", failure.Message);
        Assert.InRange(begun, 1, threads);
        var done = 0;
        ThreadTeam.Share(10, _ => Interlocked.Increment(ref done));
        Assert.Equal(10, done);
    }
}
