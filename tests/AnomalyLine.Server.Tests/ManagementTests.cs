using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Management.Samples;
using Google.Protobuf;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests;

/// <summary>Samples and audit over a real channel, fed by a real line.</summary>
public sealed class ManagementTests
{
    private static readonly Metadata Ann = new() { { "x-user", "ann" } };

    [Fact]
    public async Task Audit_EachChange_WhoFromWhereOldAndNew()
    {
        await using var server = await TestServer.StartAsync();
        var version = await server.UploadAsync("one");
        await server.Stations.CreateStationAsync(new() { Name = "a" }, Ann, cancellationToken: TestServer.Cancel);
        await server.ActivateAsync("a", version);
        await server.Recipes.ActivateRecipeAsync(new() { Station = "a", ModelVersion = version, Threshold = 0.25f }, Ann, cancellationToken: TestServer.Cancel);
        await server.Samples.SetCollectionAsync(new() { Policy = new() { Station = "a", EveryNthOk = 7 } }, Ann, cancellationToken: TestServer.Cancel);

        var entries = (await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: TestServer.Cancel)).Entries;

        Assert.Equal(["model.upload", "station.create", "model.register", "recipe.activate", "model.stage", "recipe.activate", "collection.set"], entries.Select(entry => entry.Action));
        Assert.Equal([version, "a", "a", "a", "a", "a", "a"], entries.Select(entry => entry.Subject));
        Assert.Equal(["", "ann", "", "", "", "ann", "ann"], entries.Select(entry => entry.User));
        Assert.All(entries, entry => Assert.Contains("127.0.0.1", entry.Origin, StringComparison.Ordinal));
        Assert.Equal("", entries[3].OldValue);
        Assert.Contains("\"threshold\":0.5", entries[5].OldValue, StringComparison.Ordinal);
        Assert.Contains("\"threshold\":0.25", entries[5].NewValue, StringComparison.Ordinal);
        Assert.Equal((7ul, 0ul), await VerifyAsync(server));
    }

    [Fact]
    public async Task Audit_RefusedChange_NoEntry()
    {
        await using var server = await TestServer.StartAsync();

        await Assert.ThrowsAsync<RpcException>(async () => await server.Stations.CreateStationAsync(new() { Name = "a/b" }, cancellationToken: TestServer.Cancel));
        await Assert.ThrowsAsync<RpcException>(async () => await server.Samples.ReviewSamplesAsync(new() { Ids = { 1 }, State = Wire.SampleState.Approved }, cancellationToken: TestServer.Cancel));

        Assert.Equal((0ul, 0ul), await VerifyAsync(server));
    }

    [Fact]
    public async Task Samples_WithKindsCommentsAndMaps_OverRestAndGrpc()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await server.InspectAsync([TestServer.Request("a", 1, 250)]);
        await server.Get<SampleCollector>().FlushAsync(TestServer.Cancel);
        foreach (var name in (string[])["Kratzer groß", "good"]) await server.Samples.AddDefectKindAsync(new() { Name = name }, Ann, cancellationToken: TestServer.Cancel);
        await server.Samples.RemoveDefectKindAsync(new() { Name = "good" }, Ann, cancellationToken: TestServer.Cancel);
        var unknown = await Assert.ThrowsAsync<RpcException>(async () => await server.Samples.RemoveDefectKindAsync(new() { Name = "good" }, Ann, cancellationToken: TestServer.Cancel));
        Assert.Equal(StatusCode.InvalidArgument, unknown.StatusCode);

        await server.Samples.ReviewSamplesAsync(new() { Ids = { 1 }, State = Wire.SampleState.Approved, Label = Wire.SampleLabel.Anomalous, Defect = "Kratzer groß", Comment = "left" }, Ann, cancellationToken: TestServer.Cancel);
        var filter = new Wire.ListSamplesRequest { PartId = "part-", Defect = "Kratzer groß", ReviewedBy = "ann", LeastScoreRatio = 1.5 };
        Assert.Equal(1ul, Assert.Single((await server.Samples.ListSamplesAsync(filter, cancellationToken: TestServer.Cancel)).Samples).Id);
        filter.MostScoreRatio = 1.6;
        Assert.Empty((await server.Samples.ListSamplesAsync(filter, cancellationToken: TestServer.Cancel)).Samples);
        var review = Assert.Single((await server.Samples.ListSampleReviewsAsync(new() { Id = 1 }, cancellationToken: TestServer.Cancel)).Reviews);
        Assert.Equal(("ann", "Kratzer groß", "left"), (review.User, review.Defect, review.Comment));
        Assert.Contains("Kratzer gro", await server.Http.GetStringAsync("/v1/defect-kinds", TestServer.Cancel), StringComparison.Ordinal);
        Assert.Contains("left", await server.Http.GetStringAsync("/v1/samples/1/reviews", TestServer.Cancel), StringComparison.Ordinal);

        // The first from memory; the second, of a picture that no inspection knows, by the model.
        Assert.True(FrameFile.TryWritePng(Grey(7), out var file, out _, out _, out _));
        await server.Samples.ImportSampleAsync(new() { Station = "a", Data = ByteString.CopyFrom(file) }, Ann, cancellationToken: TestServer.Cancel);
        foreach (var id in (int[])[1, 2])
        {
            foreach (var (kind, type) in (ValueTuple<string, string>[])[("map", "image/png"), ("overlay", "image/jpeg"), ("picture?width=64", "image/jpeg")])
            {
                using var picture = await server.Http.GetAsync($"/samples/{id}/{kind}", TestServer.Cancel);
                Assert.Equal((System.Net.HttpStatusCode.OK, type), (picture.StatusCode, picture.Content.Headers.ContentType?.MediaType));
            }
        }

        using var gone = await server.Http.GetAsync("/samples/9/map", TestServer.Cancel);
        using var narrow = await server.Http.GetAsync("/samples/1/picture?width=3", TestServer.Cancel);
        Assert.Equal((System.Net.HttpStatusCode.NotFound, System.Net.HttpStatusCode.BadRequest), (gone.StatusCode, narrow.StatusCode));
    }

    [Fact]
    public async Task SamplePages_ForwardsAndBack_SuspectedFirstAndNoneTwice()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        for (var grey = 1; grey <= 205; grey++)
        {
            Assert.True(FrameFile.TryWritePng(Grey(grey), out var file, out _, out _, out _));
            await server.Samples.ImportSampleAsync(new() { Station = "a", Data = ByteString.CopyFrom(file) }, Ann, cancellationToken: TestServer.Cancel);
        }

        // Greys above half of white are above the threshold, and none of them is approved: they are odd for good parts.
        var suspected = (await server.Samples.CheckSamplesAsync(new() { Station = "a" }, Ann, cancellationToken: TestServer.Cancel)).Suspected;
        var pages = new Console.SamplePages(server.Get<SampleStore>(), new SampleFilter());
        var seen = new List<Sample>();
        var lengths = new List<int>();
        do
        {
            var page = (await pages.ReadAsync(TestServer.Cancel)).Value;
            (seen, lengths) = ([.. seen, .. page], [.. lengths, page.Count]);
        }
        while (pages.GoOn());

        Assert.Equal([100, 100, 5], lengths);
        Assert.Equal(205, seen.Select(sample => sample.Id).Distinct().Count());
        Assert.InRange((int)suspected, 1, 204);
        Assert.All(seen.Take((int)suspected), sample => Assert.NotEqual("", sample.Suspicion));
        Assert.All(seen.Skip((int)suspected), sample => Assert.Equal("", sample.Suspicion));
        Assert.False(pages.HasNext);
        Assert.True(pages.GoBack() && pages.GoBack() && !pages.GoBack());
        Assert.Equal(seen[0].Id, (await pages.ReadAsync(TestServer.Cancel)).Value[0].Id);
    }

    [Fact]
    public async Task Samples_DecidedBySomebodyElseMeanwhile_AreRefused_AndCanBeRemoved()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await server.Samples.SetCollectionAsync(new() { Policy = new() { Station = "a", EveryNthOk = 1, Interval = new() } },
            cancellationToken: TestServer.Cancel);
        await server.InspectAsync(Enumerable.Range(1, 2).Select(i => TestServer.Request("a", (ulong)i, (byte)(10 * i))));
        await server.Get<SampleCollector>().FlushAsync(TestServer.Cancel);
        var seen = (await server.Samples.ListSamplesAsync(new() { Station = "a" }, cancellationToken: TestServer.Cancel)).Samples;
        await server.Samples.ReviewSamplesAsync(new() { Ids = { seen[0].Id }, State = Wire.SampleState.Excluded }, Ann,
            cancellationToken: TestServer.Cancel);

        var review = new Wire.ReviewSamplesRequest
        {
            Ids = { seen.Select(sample => sample.Id) },
            State = Wire.SampleState.Approved,
            Expected = { seen.Select(sample => new Wire.SampleDecision { Id = sample.Id, State = sample.State }) },
        };
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await server.Samples.ReviewSamplesAsync(review, cancellationToken: TestServer.Cancel));
        var all = await Assert.ThrowsAsync<RpcException>(async () => await server.Samples.DeleteSamplesAsync(new(), Ann,
            cancellationToken: TestServer.Cancel));
        var removed = await server.Samples.DeleteSamplesAsync(new() { State = Wire.SampleState.Excluded }, Ann, cancellationToken: TestServer.Cancel);

        Assert.Equal((StatusCode.Aborted, "sample-changed"), (refused.StatusCode, refused.Trailers.GetValue("error-code")));
        Assert.Contains($"Sample {seen[0].Id} is Excluded as Normal, decided by ann", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal("ids", all.Trailers.GetValue("error-field"));
        Assert.Equal((1u, seen[0].SizeBytes), (removed.Samples, removed.FreedBytes));
        Assert.Equal([seen[1].Id], (await server.Samples.ListSamplesAsync(new() { Station = "a" },
            cancellationToken: TestServer.Cancel)).Samples.Select(sample => sample.Id));
    }

    [Fact]
    public async Task Samples_FromTheRunningLine_ByPolicyWithTheirPictures()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await server.Samples.SetCollectionAsync(new() { Policy = new() { Station = "a", EveryNthOk = 3, Interval = new() } }, cancellationToken: TestServer.Cancel);

        await server.InspectAsync(Enumerable.Range(1, 6).Select(i => TestServer.Request("a", (ulong)i, (byte)(10 * i))).Append(TestServer.Request("a", 7, 250)));
        await server.Get<SampleCollector>().FlushAsync(TestServer.Cancel);

        var samples = (await server.Samples.ListSamplesAsync(new() { Station = "a" }, cancellationToken: TestServer.Cancel)).Samples;
        Assert.Equal(2, samples.Count(sample => sample.Reason == Wire.SampleReason.EveryNth && sample.Label == Wire.SampleLabel.Normal && sample.Verdict == Wire.Verdict.Ok));
        var reject = Assert.Single(samples, sample => sample.Reason == Wire.SampleReason.NotOk);
        Assert.Equal(("part-7", Wire.SampleLabel.Anomalous, Wire.SampleState.Pending, 16u), (reject.PartId, reject.Label, reject.State, reject.Width));
        Assert.Equal(250 / 255.0, reject.Score, 1e-6);
        var picture = await server.Samples.GetSampleImageAsync(new() { Id = reject.Id }, cancellationToken: TestServer.Cancel);
        Assert.Equal(reject.Sha256, SampleFiles.Hash(picture.Data.Span));
        Assert.StartsWith("89504E47", Convert.ToHexString(picture.Data.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Samples_CheckedWithTheActiveModel_MarksTheRejectThatCountsAsNormal()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await server.Samples.SetCollectionAsync(new() { Policy = new() { Station = "a", EveryNthOk = 1, Interval = new() } },
            cancellationToken: TestServer.Cancel);
        await server.InspectAsync(Enumerable.Range(1, 5).Select(i => TestServer.Request("a", (ulong)i, (byte)(i * 10))));
        await server.InspectAsync([TestServer.Request("a", 6, 251)]);
        await server.Get<SampleCollector>().FlushAsync(TestServer.Cancel);
        var reject = Assert.Single((await server.Samples.ListSamplesAsync(new() { Reason = Wire.SampleReason.NotOk }, cancellationToken: TestServer.Cancel)).Samples);
        await server.Samples.ReviewSamplesAsync(new() { Ids = { reject.Id }, State = Wire.SampleState.Approved, Label = Wire.SampleLabel.Normal }, Ann, cancellationToken: TestServer.Cancel);

        // The same picture again is the same sample; the others no model has judged yet, one dark and one as bright as a defect.
        Assert.Equal(reject.Id, (await ImportAsync(server, 251)).Id);
        await ImportAsync(server, 66);
        var bright = await ImportAsync(server, 252);
        var result = await server.Samples.CheckSamplesAsync(new() { Station = "a" }, cancellationToken: TestServer.Cancel);

        Assert.Equal((8u, 2u), (result.Checked, result.Suspected));
        var suspected = (await server.Samples.ListSamplesAsync(new() { Suspected = true }, cancellationToken: TestServer.Cancel)).Samples;
        Assert.Equal([(reject.Id, "ann"), (bright.Id, "")], suspected.Select(sample => (sample.Id, sample.ReviewedBy)));
        Assert.All(suspected, sample => Assert.Contains("above the threshold", sample.Suspicion, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Samples_DiskFull_VerdictsGoOnWithAnAlarm()
    {
        await using var server = await TestServer.StartReadyAsync(["a"], $"--AnomalyLine:Management:ReservedDiskBytes={long.MaxValue}");

        var answers = await server.InspectAsync(Enumerable.Range(1, 5).Select(i => TestServer.Request("a", (ulong)i, 250)));
        await server.Get<SampleCollector>().FlushAsync(TestServer.Cancel);

        Assert.All(answers, answer => Assert.Equal(Wire.Verdict.NotOk, answer.Inspection.Verdict));
        var state = await server.Samples.GetCollectionAsync(new() { Station = "a" }, cancellationToken: TestServer.Cancel);
        Assert.Equal((0u, 5ul), (state.Samples, state.Dropped));
        Assert.Contains("ReservedDiskBytes", state.Fault, StringComparison.Ordinal);
        Assert.Contains("anomalyline_samples_fault", await server.Http.GetStringAsync("/metrics", TestServer.Cancel), StringComparison.Ordinal);
        using var ready = await server.Http.GetAsync("/health/ready", TestServer.Cancel);
        Assert.True(ready.IsSuccessStatusCode);
        Assert.Contains("Degraded: No samples are kept", await ready.Content.ReadAsStringAsync(TestServer.Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Change_ManagementDatabaseAway_RefusedAndTheServerRuns()
    {
        await using var server = await TestServer.StartAsync("--AnomalyLine:Management:ConnectionString=Host=127.0.0.1;Port=9;Timeout=2");

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await server.Stations.CreateStationAsync(new() { Name = "a" }, cancellationToken: TestServer.Cancel));

        Assert.Equal((StatusCode.Unavailable, "management-failed"), (failure.StatusCode, failure.Trailers.GetValue("error-code")));
        Assert.Empty((await server.Stations.ListStationsAsync(new(), cancellationToken: TestServer.Cancel)).Stations);
    }

    private static async Task<Wire.Sample> ImportAsync(TestServer server, byte brightness)
    {
        var pixels = Enumerable.Repeat(brightness, 256).ToArray();
        Assert.True(Frame.TryCreate(PixelFormat.Mono8, 16, 16, 0, pixels, DateTimeOffset.UnixEpoch, out var frame, out var error), error);
        Assert.True(FrameFile.TryWritePng(frame, out var png, out _, out _, out error), error);
        return (await server.Samples.ImportSampleAsync(new() { Station = "a", Data = ByteString.CopyFrom(png) }, cancellationToken: TestServer.Cancel)).Sample;
    }

    private static async Task<(ulong Entries, ulong FirstBroken)> VerifyAsync(TestServer server)
    {
        var check = await server.Audit.VerifyAuditAsync(new(), cancellationToken: TestServer.Cancel);
        return (check.Entries, check.FirstBrokenSequence);
    }

    private static Frame Grey(int grey)
    {
        Assert.True(Frame.TryCreate(PixelFormat.Mono8, 16, 16, 0, Enumerable.Repeat((byte)grey, 256).ToArray(), DateTimeOffset.UnixEpoch, out var frame, out var error), error);
        return frame;
    }
}
