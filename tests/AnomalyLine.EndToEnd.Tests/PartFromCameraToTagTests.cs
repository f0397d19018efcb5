using AnomalyLine.Contracts.V1;
using AnomalyLine.EndToEnd.Tests.Harness;

namespace AnomalyLine.EndToEnd.Tests;

public sealed class PartFromCameraToTagTests(SharedLine line, TrainedModel model)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Part_FromCameraToTag_SameEverywhere()
    {
        Programs.RequireOpcUa();
        await line.EnsureStartedAsync(model);
        await line.Client.AddStationsAsync(line.Model, "press-7");
        await using var plc = await OpcUaClient.ConnectAsync(line.Server.OpcUaEndpoint, model.ClientPki, "press-7.Sequence");

        await JudgeAsync(plc, 1, "part-good", Parts.Good(), Verdict.Ok);
        await JudgeAsync(plc, 2, "part-defective", Parts.Defective(), Verdict.NotOk);
    }

    /// <summary>Sends one part and follows it to each place where it can be seen.</summary>
    private async Task JudgeAsync(OpcUaClient plc, uint sequence, string partId, Frame frame, Verdict verdict)
    {
        var answers = await line.Client.InspectAsync(new InspectRequest { RequestId = sequence, Station = "press-7", PartId = partId, Frame = frame });

        var answer = answers[sequence].Inspection;
        Assert.Equal((sequence, partId, verdict), (answer.Sequence, answer.PartId, answer.Verdict));
        Assert.Equal(verdict == Verdict.NotOk, answer.Score > answer.Threshold);
        Assert.Equal(line.Model.Version, answer.ModelVersion);
        var logged = (await line.Client.Inspections.GetInspectionAsync(new() { Station = "press-7", Sequence = sequence }, cancellationToken: Cancel)).Inspection;
        Assert.True(Books.IsSame(answer, logged), $"{answer}\n{logged}");

        await plc.UntilAsync(() => Events(plc).Any(seen => seen.Sequence == sequence), TimeSpan.FromSeconds(10), "the event");
        var seen = Assert.Single(Events(plc), seen => seen.Sequence == sequence);
        Assert.Equal((partId, verdict == Verdict.Ok, (int)verdict, answer.Score, answer.Threshold), (seen.PartId, seen.Pass, seen.Evaluation, seen.Score, seen.Threshold));

        await plc.UntilAsync(() => plc.Changes.Any(change => change.Status == "Good" && change.Value.GetUInt32() == sequence), TimeSpan.FromSeconds(10), "the tag");
        var tags = await plc.ReadAsync("press-7.Sequence", "press-7.PartId", "press-7.Pass", "press-7.Evaluation", "press-7.Score");
        Assert.All(tags.Values, tag => Assert.Equal("Good", tag.Status));
        Assert.Equal(
            (sequence, partId, verdict == Verdict.Ok, (int)verdict, answer.Score),
            (tags["press-7.Sequence"].Value.GetUInt32(), tags["press-7.PartId"].Value.GetString(), tags["press-7.Pass"].Value.GetBoolean(),
                tags["press-7.Evaluation"].Value.GetInt32(), tags["press-7.Score"].Value.GetSingle()));

        foreach (var (kind, start) in new[] { (ImageKind.Frame, "89504E47"), (ImageKind.Overlay, "FFD8FF"), (ImageKind.AnomalyMap, "89504E47") })
        {
            var picture = await line.Client.Inspections.GetImageAsync(new() { Station = "press-7", Sequence = sequence, Kind = kind }, cancellationToken: Cancel);
            Assert.StartsWith(start, Convert.ToHexString(picture.Data.Span[..8]), StringComparison.Ordinal);
        }
    }

    private static IEnumerable<OpcUaEvent> Events(OpcUaClient plc) => plc.Events.Where(seen => seen.Station == "press-7");
}
