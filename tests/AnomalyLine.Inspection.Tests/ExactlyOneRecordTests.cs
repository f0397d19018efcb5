using CsCheck;

namespace AnomalyLine.Inspection.Tests;

public sealed class ExactlyOneRecordTests
{
    private enum Fate
    {
        Judged,
        Bad,
        NoNumber,
        Unreadable,
        Withdrawn,
        Hurried,
    }

    [Fact]
    public async Task InspectAsync_AnyFramesAtOnce_EachHasExactlyOneRecordWithoutGaps()
    {
        var frames = Gen.Select(Gen.Int[0, 2], Gen.Enum<Fate>(), Gen.Int[0, 3]).Array[50, 150];
        await Gen.Select(frames, Gen.Int[1, 12], Gen.Int[1, 20]).SampleAsync(
            async (cameras, batch, capacity) =>
            {
                await using var line = new TestLine();
                line.Options.LogDurability = LogDurability.Normal;
                line.Options.MaxBatchSize = batch;
                line.Options.QueueCapacity = capacity;
                await line.OpenAsync("s0", "s1", "s2");
                var sent = cameras.Select((frame, i) => Task.Run(() => SendAsync(line, $"s{frame.Item1}", $"part {i}", frame.Item2, frame.Item3)));
                var answers = await Task.WhenAll(sent);

                foreach (var station in line.Line.Stations)
                {
                    var answered = answers.Where(r => r.Station == station.Name).OrderBy(r => r.Sequence).ToList();
                    var logged = line.ReadAll(station.Name);
                    Assert.Equal(Enumerable.Range(1, answered.Count).Select(i => (long)i), logged.Select(r => r.Sequence));
                    Assert.Equal(answered.Select(Essence), logged.Select(Essence));
                    Assert.Equal(answered.Count, station.Counters.Inspected);
                    Assert.Equal(answered.Count(r => r.Verdict == Verdict.Ok), station.Counters.Ok);
                }

                Assert.Equal(cameras.Length, answers.Select(r => r.PartId).Distinct().Count());
            },
            iter: 8,
            threads: 1);
    }

    private static async Task<InspectionRecord> SendAsync(TestLine line, string station, string partId, Fate fate, int spin)
    {
        using var withdrawal = new CancellationTokenSource();
        var request = fate == Fate.Unreadable
            ? new InspectionRequest(station, partId, "no data")
            : new InspectionRequest(
                station, partId, TestLine.Frame(fate == Fate.Bad ? 255 : fate == Fate.NoNumber ? 254 : 1), fate == Fate.Hurried ? TimeSpan.FromMilliseconds(1) : null);
        var answer = line.TryInspectAsync(request, withdrawal);
        if (fate == Fate.Withdrawn)
        {
            for (var i = 0; i < spin; i++) await Task.Yield();
            await withdrawal.CancelAsync();
        }

        var record = (await answer).Value;
        var mayBe = fate switch
        {
            Fate.Judged => new[] { ReasonCode.WithinThreshold, ReasonCode.Overloaded },
            Fate.Bad or Fate.NoNumber => [ReasonCode.ModelFailed, ReasonCode.Overloaded],
            Fate.Unreadable => [ReasonCode.InvalidFrame],
            Fate.Withdrawn => [ReasonCode.Cancelled, ReasonCode.WithinThreshold, ReasonCode.Overloaded],
            _ => [ReasonCode.DeadlineExceeded, ReasonCode.WithinThreshold, ReasonCode.Overloaded],
        };
        Assert.Contains(record.ReasonCode, mayBe);
        return record;
    }

    private static (long, long, string, Verdict, ReasonCode, string, float) Essence(InspectionRecord r)
        => (r.Position, r.Sequence, r.PartId, r.Verdict, r.ReasonCode, r.ReasonText, r.Score);
}
