using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Tests.Storage;

namespace AnomalyLine.Management.Tests.Samples;

/// <summary>Samples on each kind of database, with real files.</summary>
public sealed class SampleStoreTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Add_SamePictureTwice_OneSampleAndOneFile(DatabaseKind kind)
    {
        await using var test = await TestSamples.CreateAsync(kind, postgres);

        var first = await test.AddAsync("a", 10);
        var again = await test.AddAsync("a", 10);
        var elsewhere = await test.AddAsync("b", 10);

        Assert.Equal(first, again);
        Assert.NotEqual(first.Id, elsewhere.Id);
        Assert.Equal(first.Sha256, elsewhere.Sha256);
        Assert.Equal((16, 16, SampleFiles.Hash(await File.ReadAllBytesAsync(test.Store.PathOf(first), TestDatabase.Cancel))), (first.Width, first.Height, first.Sha256));
        Assert.Single(test.Pictures);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Review_Many_AllOfThemWithWhoAndWhenAndOneAuditEntry(DatabaseKind kind)
    {
        await using var test = await TestSamples.CreateAsync(kind, postgres);
        var ids = new List<long>();
        for (var grey = 1; grey <= 3; grey++) ids.Add((await test.AddAsync("a", grey)).Id);

        var reviewed = await test.Store.ReviewAsync(new SampleReview(ids, SampleState.Approved, SampleLabel.Anomalous, "scratch"), TestDatabase.Somebody, TestDatabase.Cancel);

        Assert.All(reviewed.Value, sample => Assert.Equal(
            (SampleState.Approved, SampleLabel.Anomalous, "scratch", "ann", test.Base.Time.GetUtcNow()),
            (sample.State, sample.Label, sample.Defect, sample.ReviewedBy, sample.ReviewTime)));
        Assert.Equal(3, (await test.Store.CountAsync(new SampleFilter { State = SampleState.Approved, Label = SampleLabel.Anomalous }, TestDatabase.Cancel)).Value);
        var entry = Assert.Single((await test.Base.Audit.ListAsync(0, null, 10, TestDatabase.Cancel)).Value);
        Assert.Equal(("sample.review", "a"), (entry.Action, entry.Subject));
        Assert.StartsWith($$"""[{"id":{{ids[0]}},"state":"Pending","label":"Normal","defect":""}""", entry.OldValue, StringComparison.Ordinal);
        Assert.Contains("\"state\":\"Approved\",\"label\":\"Anomalous\",\"defect\":\"scratch\"", entry.NewValue, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Review_SomebodyHasDecidedMeanwhile_IsRefusedWithWhoAndWhat(DatabaseKind kind)
    {
        await using var test = await TestSamples.CreateAsync(kind, postgres);
        Sample[] seen = [await test.AddAsync("a", 1), await test.AddAsync("a", 2)];
        var review = new SampleReview([.. seen.Select(sample => sample.Id)], SampleState.Excluded, null,
            null)
        { Expected = [.. seen.Select(SampleDecision.Of)] };
        await test.Store.ReviewAsync(new SampleReview([seen[1].Id], SampleState.Approved, SampleLabel.Anomalous, "scratch"),
            new Caller("bob", "test"), TestDatabase.Cancel);

        var refused = (await test.Store.ReviewAsync(review, TestDatabase.Somebody, TestDatabase.Cancel)).Error;

        Assert.Equal(LineErrorCode.SampleChanged, refused?.Code);
        Assert.Contains($"Sample {seen[1].Id} is Approved as Anomalous (scratch), decided by bob at 2026-03-01 12:00:00 UTC, not Pending",
            refused!.Message, StringComparison.Ordinal);
        Assert.Equal([SampleState.Pending, SampleState.Approved], (await test.ListAsync("a")).Select(sample => sample.State));
        var now = review with { Expected = [.. (await test.ListAsync("a")).Select(SampleDecision.Of)] };
        Assert.Equal(2, (await test.Store.ReviewAsync(now, TestDatabase.Somebody, TestDatabase.Cancel)).Value.Count);
        var stray = review with { Ids = [seen[0].Id] };
        Assert.Equal(LineErrorCode.InvalidSample, (await test.Store.ReviewAsync(stray, TestDatabase.Somebody, TestDatabase.Cancel)).Error?.Code);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Remove_ByNumberOrFilter_PicturesGoUnlessAnotherStationHasThem(DatabaseKind kind)
    {
        await using var test = await TestSamples.CreateAsync(kind, postgres);
        var samples = new List<Sample>();
        for (var grey = 1; grey <= 4; grey++) samples.Add(await test.AddAsync("a", grey));
        var shared = await test.AddAsync("b", 2);
        await test.ReviewAsync(SampleState.Excluded, samples[1], samples[2]);

        var unknown = await test.Store.RemoveAsync(new SampleFilter { Ids = [samples[0].Id, 99] }, TestDatabase.Somebody, TestDatabase.Cancel);
        var byFilter = (await test.Store.RemoveAsync(new SampleFilter { Station = "a", State = SampleState.Excluded }, TestDatabase.Somebody,
            TestDatabase.Cancel)).Value;
        var byNumber = (await test.Store.RemoveAsync(new SampleFilter { Ids = [samples[0].Id] }, TestDatabase.Somebody, TestDatabase.Cancel)).Value;

        Assert.Equal(LineErrorCode.SampleNotFound, unknown.Error?.Code);
        Assert.Equal(new SampleRemoval(2, samples[2].SizeBytes), byFilter);
        Assert.Equal(new SampleRemoval(1, samples[0].SizeBytes), byNumber);
        Assert.Equal([samples[3].Id], (await test.ListAsync("a")).Select(sample => sample.Id));
        Assert.Equal([.. new[] { shared, samples[3] }.Select(test.Store.PathOf).Order()], test.Pictures.Order());
        var entries = (await test.Base.Audit.ListAsync(0, "a", 10, TestDatabase.Cancel)).Value.Where(entry =>
            entry.Action == "sample.delete").ToList();
        Assert.Equal(["ann", "ann"], entries.Select(entry => entry.User));
        Assert.Contains(samples[2].Sha256, entries[0].OldValue, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Review_OneUnknown_NoneChanged(DatabaseKind kind)
    {
        await using var test = await TestSamples.CreateAsync(kind, postgres);
        var sample = await test.AddAsync("a", 1);

        var outcome = await test.Store.ReviewAsync(new SampleReview([sample.Id, 99], SampleState.Excluded, null, null), TestDatabase.Somebody, TestDatabase.Cancel);

        Assert.Equal(LineErrorCode.SampleNotFound, outcome.Error?.Code);
        Assert.Equal(SampleState.Pending, (await test.Store.GetAsync(sample.Id, TestDatabase.Cancel)).Value.State);
    }

    [Theory]
    [InlineData("a\u001Bb")]
    [InlineData(" scratch")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task Review_DefectThatCannotBeShown_Refused(string defect)
    {
        await using var test = await TestSamples.CreateAsync(DatabaseKind.Sqlite, postgres);
        var sample = await test.AddAsync("a", 1);

        var outcome = await test.Store.ReviewAsync(new SampleReview([sample.Id], SampleState.Approved, null, defect), TestDatabase.Somebody, TestDatabase.Cancel);

        Assert.Equal(LineErrorCode.InvalidSample, outcome.Error?.Code);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Review_EachWithItsComment_IsInTheHistoryUntilTheSampleGoes(DatabaseKind kind)
    {
        await using var test = await TestSamples.CreateAsync(kind, postgres);
        var history = new ReviewHistory(test.Base.Database);
        var (sample, other) = (await test.AddAsync("a", 1), await test.AddAsync("a", 2));
        await test.Store.ReviewAsync(new SampleReview([sample.Id], SampleState.Approved, SampleLabel.Anomalous, "Kratzer groß") { Comment = "at the edge", Sequence = 17 }, TestDatabase.Somebody, TestDatabase.Cancel);
        await test.Store.ReviewAsync(new SampleReview([sample.Id, other.Id], SampleState.Excluded, null, null), new Caller("bob", "test"), TestDatabase.Cancel);

        var entries = (await history.ListAsync(sample.Id, TestDatabase.Cancel)).Value;
        Assert.Equal([("bob", SampleState.Excluded, "Kratzer groß", ""), ("ann", SampleState.Approved, "Kratzer groß", "at the edge")], entries.Select(entry => (entry.User, entry.State, entry.Defect, entry.Comment)));
        Assert.Equal([sample.Id], (await history.FindSampleAsync("a", 17, TestDatabase.Cancel)).Value.Select(found => found.Id));
        Assert.Empty((await history.FindSampleAsync("b", 17, TestDatabase.Cancel)).Value);
        Assert.Equal(["bob"], (await history.ListReviewersAsync(TestDatabase.Cancel)).Value);
        Assert.Contains("\"comment\":\"at the edge\"", (await test.Base.Audit.ListAsync(0, null, 10, TestDatabase.Cancel)).Value[0].NewValue, StringComparison.Ordinal);

        await test.Store.RemoveAsync(new SampleFilter { Ids = [sample.Id] }, TestDatabase.Somebody, TestDatabase.Cancel);
        Assert.Empty((await history.ListAsync(sample.Id, TestDatabase.Cancel)).Value);
        Assert.Single((await history.ListAsync(other.Id, TestDatabase.Cancel)).Value);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task List_ByPartKindPersonAndScore_OverAllStations(DatabaseKind kind)
    {
        await using var test = await TestSamples.CreateAsync(kind, postgres);
        async Task<long> KeepAsync(string station, int grey, string part, double score) =>
            (await test.Store.AddAsync(TestSamples.Grey(grey), TestSamples.Draft(station) with { PartId = part, Score = score, Threshold = 2, ProductId = "p" + station }, null, TestDatabase.Cancel)).Value.Id;
        long[] ids = [await KeepAsync("a", 1, "A-17_x", 1.9), await KeepAsync("b", 2, "A-17%x", 2.4), await KeepAsync("b", 3, "B-17", 0.2)];
        await test.Store.ReviewAsync(new SampleReview([ids[1]], SampleState.Approved, SampleLabel.Anomalous, "dent"), TestDatabase.Somebody, TestDatabase.Cancel);

        Assert.Equal([ids[0], ids[1]], await FindAsync(new SampleFilter { Part = "A-17" }));
        Assert.Equal([ids[1]], await FindAsync(new SampleFilter { Part = "17%" }));
        Assert.Equal([ids[1]], await FindAsync(new SampleFilter { Defect = "dent" }));
        Assert.Equal([ids[1]], await FindAsync(new SampleFilter { ReviewedBy = "ann" }));
        Assert.Equal([ids[0]], await FindAsync(new SampleFilter { Product = "pa" }));
        Assert.Equal([ids[0], ids[1]], await FindAsync(new SampleFilter { LeastScoreRatio = 0.9, MostScoreRatio = 1.2 }));
        Assert.Empty(await FindAsync(new SampleFilter { Since = test.Base.Time.GetUtcNow().AddYears(99), Until = DateTimeOffset.MaxValue }));

        async Task<long[]> FindAsync(SampleFilter filter) => [.. (await test.Store.ListAsync(filter, 0, 10, TestDatabase.Cancel)).Value.Select(sample => sample.Id)];
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task DefectKinds_AddedAndRemoved_AreInOrderAndAudited(DatabaseKind kind)
    {
        await using var test = await TestSamples.CreateAsync(kind, postgres);
        var kinds = new DefectKindList(test.Base.Database, test.Base.Audit, test.Base.Time);
        foreach (var name in (string[])["zu kurz", " Beule, tief ", "zu kurz"])
        {
            Assert.Null((await kinds.AddAsync(name, TestDatabase.Somebody, TestDatabase.Cancel)).Error);
            test.Base.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(["zu kurz", "Beule, tief"], (await kinds.ListAsync(TestDatabase.Cancel)).Value.Select(known => known.Name));
        Assert.Equal(LineErrorCode.InvalidSample, (await kinds.AddAsync("  ", TestDatabase.Somebody, TestDatabase.Cancel)).Error?.Code);
        Assert.Equal(LineErrorCode.InvalidSample, (await kinds.RemoveAsync("none", TestDatabase.Somebody, TestDatabase.Cancel)).Error?.Code);
        Assert.Null((await kinds.RemoveAsync("zu kurz", TestDatabase.Somebody, TestDatabase.Cancel)).Error);
        Assert.Equal([("defect-kind.add", "zu kurz"), ("defect-kind.add", "Beule, tief"), ("defect-kind.remove", "zu kurz")],
            (await test.Base.Audit.ListAsync(0, null, 10, TestDatabase.Cancel)).Value.Select(entry => (entry.Action, entry.Subject)));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Retain_TooMany_ExcludedThenOldestPendingGoAndApprovedStay(DatabaseKind kind)
    {
        await using var test = await TestSamples.CreateAsync(kind, postgres);
        var samples = new List<Sample>();
        for (var grey = 1; grey <= 6; grey++) samples.Add(await test.AddAsync("a", grey));
        await test.AddAsync("b", 1);
        await test.ReviewAsync(SampleState.Approved, samples[0], samples[1]);
        await test.ReviewAsync(SampleState.Excluded, samples[4]);

        var gone = await test.Store.RetainAsync(new CollectionPolicy { Station = "a", MaxSamples = 3 }, TestDatabase.Cancel);

        Assert.Equal(3, gone.Value);
        Assert.Equal([samples[0].Id, samples[1].Id, samples[5].Id], (await test.ListAsync("a")).Select(sample => sample.Id));
        Assert.False(File.Exists(test.Store.PathOf(samples[4])));
        Assert.True(File.Exists(test.Store.PathOf(samples[0])), "station b has this picture too");
        var entry = (await test.Base.Audit.ListAsync(0, "a", 10, TestDatabase.Cancel)).Value[^1];
        Assert.Equal(("sample.delete", "server:retention"), (entry.Action, entry.Origin));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Retain_TooOldAndTooLarge_Gone(DatabaseKind kind)
    {
        await using var test = await TestSamples.CreateAsync(kind, postgres);
        var old = await test.AddAsync("a", 1);
        var approved = await test.AddAsync("a", 2);
        await test.ReviewAsync(SampleState.Approved, approved);
        test.Base.Time.Advance(TimeSpan.FromDays(31));
        var young = new List<Sample>();
        for (var grey = 3; grey <= 5; grey++) young.Add(await test.AddAsync("a", grey));

        await test.Store.RetainAsync(new CollectionPolicy { Station = "a", MaxAgeDays = 30 }, TestDatabase.Cancel);
        Assert.Equal([approved.Id, young[0].Id, young[1].Id, young[2].Id], (await test.ListAsync("a")).Select(sample => sample.Id));

        await test.Store.RetainAsync(new CollectionPolicy { Station = "a", MaxBytes = approved.SizeBytes + young[2].SizeBytes }, TestDatabase.Cancel);
        Assert.Equal([approved.Id, young[2].Id], (await test.ListAsync("a")).Select(sample => sample.Id));
        Assert.False(File.Exists(test.Store.PathOf(old)));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Policy_SetAndChanged_ReadBackAndAudited(DatabaseKind kind)
    {
        await using var test = await TestSamples.CreateAsync(kind, postgres);
        var policy = new CollectionPolicy { Station = "a", Enabled = false, EveryNthOk = 5, IntervalSeconds = 1.5 };

        await test.Store.SetPolicyAsync(policy, TestDatabase.Somebody, TestDatabase.Cancel);
        await test.Store.SetPolicyAsync(policy with { EveryNthOk = 6 }, TestDatabase.Somebody, TestDatabase.Cancel);
        var refused = await test.Store.SetPolicyAsync(policy with { MaxSamples = 0, MaxAgeDays = 0 }, TestDatabase.Somebody, TestDatabase.Cancel);

        Assert.Equal(policy with { EveryNthOk = 6 }, (await test.Store.GetPolicyAsync("a", TestDatabase.Cancel)).Value);
        Assert.Equal(new CollectionPolicy { Station = "b" }, (await test.Store.GetPolicyAsync("b", TestDatabase.Cancel)).Value);
        Assert.Contains("max_samples is 0, outside 1..1000000; max_age_days is 0", refused.Error?.Message, StringComparison.Ordinal);
        var entries = (await test.Base.Audit.ListAsync(0, "a", 10, TestDatabase.Cancel)).Value;
        Assert.Contains("\"everyNthOk\":5", entries[1].OldValue, StringComparison.Ordinal);
        Assert.Contains("\"everyNthOk\":6", entries[1].NewValue, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_LessFreeThanReserved_RefusedAndNothingLeft()
    {
        var free = 1000L;
        await using var test = await TestSamples.CreateAsync(DatabaseKind.Sqlite, postgres, reserved: 990, free: _ => free);

        var refused = await test.TryAddAsync("a", 1);
        free = 1_000_000;
        var kept = await test.TryAddAsync("a", 1);

        Assert.Equal(LineErrorCode.ManagementFailed, refused.Error?.Code);
        Assert.Contains("ReservedDiskBytes", refused.Error!.Message, StringComparison.Ordinal);
        Assert.Null(kept.Error);
        Assert.Single(test.Pictures);
    }

    [Theory]
    [InlineData(PixelFormat.Mono8, 1)]
    [InlineData(PixelFormat.Mono16, 2)]
    [InlineData(PixelFormat.Rgb8, 3)]
    [InlineData(PixelFormat.Bgr8, 3)]
    public async Task Add_RawFrame_PictureHoldsEveryValueThatTheCameraSent(PixelFormat format, int bytesPerPixel)
    {
        await using var test = await TestSamples.CreateAsync(DatabaseKind.Sqlite, postgres);
        var pixels = Enumerable.Range(0, 20 * 7 * bytesPerPixel).Select(i => (byte)(i * 37)).ToArray();
        Assert.True(Frame.TryCreate(format, 20, 7, 0, pixels, DateTimeOffset.UnixEpoch, out var frame, out var error), error);

        var sample = (await test.Store.AddAsync(frame, TestSamples.Draft("a"), null, TestDatabase.Cancel)).Value;

        Assert.Equal(Values(frame), Values(Imaging.Datasets.FrameFile.Read(test.Store.PathOf(sample))));
    }

    /// <summary>What a model would see of it.</summary>
    private static float[] Values(Frame frame)
    {
        Assert.True(FramePreparer.TryPrepare(frame, new InputSpec(20, 7, 3), null, out var prepared, out var error), error);
        using (prepared) return prepared.Values.ToArray();
    }
}
