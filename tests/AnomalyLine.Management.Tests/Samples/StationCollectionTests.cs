using AnomalyLine.Inspection;
using AnomalyLine.Management.Samples;

namespace AnomalyLine.Management.Tests.Samples;

/// <summary>Which frames a policy chooses.</summary>
public sealed class StationCollectionTests
{
    private readonly StationCollection _collection = new();

    [Fact]
    public void Offer_EveryThird_ThoseOnly() =>
        Assert.Equal([3L, 6L, 9L], Run(new() { Station = "a", EveryNthOk = 3, IntervalSeconds = 0 }, Enumerable.Range(1, 10).Select(i => Item(i))));

    [Fact]
    public void Offer_CompletedInAnotherOrder_AllTheSameWithoutAnInterval() =>
        Assert.Equal([1L, 2L, 3L], Run(new() { Station = "a", EveryNthOk = 1, IntervalSeconds = 0 }, Enumerable.Range(1, 3).Select(i => Item(i, second: -i))));

    [Fact]
    public void Offer_NotOk_AllOrNoneAsThePolicySays()
    {
        EvidenceItem[] rejects = [Item(1, verdict: Verdict.NotOk), Item(2, verdict: Verdict.NotOk), Item(3, verdict: Verdict.NotDecidable)];

        Assert.Equal([1L, 2L], Run(new() { Station = "a", EveryNthOk = 0 }, rejects));
        Assert.Empty(Run(new() { Station = "a", EveryNthOk = 0, AllNotOk = false }, rejects));
        Assert.Empty(Run(new() { Station = "a", Enabled = false }, rejects));
    }

    [Fact]
    public void Offer_OkWithinAnInterval_TheOneNearestToTheThreshold()
    {
        float[] scores = [0.1f, 0.4f, 0.2f, 0.3f];
        var items = scores.Select((score, i) => Item(i + 1, score, second: i)).Append(Item(5, 0.1f, second: 60)).Append(Item(6, 0.1f, second: 120));

        Assert.Equal([2L, 5L], Run(new() { Station = "a", EveryNthOk = 0, IntervalSeconds = 60 }, items));
    }

    [Fact]
    public void Offer_EveryNthWithinAnInterval_Spread() =>
        Assert.Equal([2L, 32L, 62L], Chosen(new() { Station = "a", EveryNthOk = 2, IntervalSeconds = 30 }, Enumerable.Range(1, 70).Select(i => Item(i, second: i)), SampleReason.EveryNth));

    [Fact]
    public void Offer_SamePartAgain_OtherPartsOnly() =>
        Assert.Equal([1L, 3L], Run(new() { Station = "a", EveryNthOk = 1, IntervalSeconds = 0 }, [Item(1, part: "x"), Item(2, part: "x"), Item(3, part: "y"), Item(4, part: "x")]));

    private List<long> Run(CollectionPolicy policy, IEnumerable<EvidenceItem> items) => Chosen(policy, items, null);

    private List<long> Chosen(CollectionPolicy policy, IEnumerable<EvidenceItem> items, SampleReason? reason) =>
        [.. items.SelectMany(item => _collection.Offer(item, policy)).Where(pair => reason is null || pair.Reason == reason).Select(pair => pair.Item.Record.Sequence)];

    private static EvidenceItem Item(long sequence, float score = 0.1f, int second = 0, string part = "", Verdict verdict = Verdict.Ok) => new(
        new InspectionRecord
        {
            Station = "a",
            Sequence = sequence,
            PartId = part,
            Verdict = verdict,
            ReasonCode = ReasonCode.WithinThreshold,
            ReasonText = "",
            Score = score,
            Threshold = 0.5f,
            CaptureTime = DateTimeOffset.UnixEpoch,
            CompletionTime = DateTimeOffset.UnixEpoch.AddSeconds(second),
        },
        TestSamples.Grey(0), null, 0);
}
