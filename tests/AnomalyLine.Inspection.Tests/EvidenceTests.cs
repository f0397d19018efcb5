namespace AnomalyLine.Inspection.Tests;

public sealed class EvidenceTests
{
    [Fact]
    public async Task TryGet_MoreThanTheLimit_KeepsTheNewest()
    {
        // A frame of 16 x 16 bytes and a map of 16 x 16 floats: 1280 bytes.
        await using var line = new TestLine();
        line.Options.EvidenceBytesPerStation = 2 * 1280;
        await line.OpenAsync("s");
        for (var i = 1; i <= 3; i++) await line.InspectAsync("s", i);

        Assert.Null(line.Line.Evidence.TryGet("s", 1));
        Assert.Equal(2, (int)line.Line.Evidence.TryGet("s", 2)!.Frame.Data.Span[0]);
        Assert.Equal(3 / 255f, line.Line.Evidence.Latest("s")?.Map?[0, 0]);
        Assert.Equal((3L, 0.5f), (line.Line.Evidence.Latest("s")!.Record.Sequence, line.Line.Evidence.Latest("s")!.PixelThreshold));
        Assert.Null(line.Line.Evidence.Latest("t"));
    }

    [Fact]
    public async Task TryGet_PartsThatWereNotOk_HaveHalfForThemselves()
    {
        await using var line = new TestLine();
        line.Options.EvidenceBytesPerStation = 4 * 1280;
        await line.OpenAsync("s");

        // Greys from 128 on are not Ok.
        foreach (var grey in new[] { 200, 201, 1, 2, 3, 4, 5 }) await line.InspectAsync("s", grey);
        Assert.Equal([1, 2, 6, 7], Kept());
        foreach (var grey in new[] { 202, 6 }) await line.InspectAsync("s", grey);
        Assert.Equal([2, 7, 8, 9], Kept());

        IEnumerable<long> Kept() => Enumerable.Range(1, 9).Select(n => (long)n).Where(n => line.Line.Evidence.TryGet("s", n) is not null);
    }

    [Fact]
    public async Task TryGet_FrameLargerThanTheLimit_IsNotKept()
    {
        await using var line = new TestLine();
        line.Options.EvidenceBytesPerStation = 1279;
        await line.OpenAsync("s");
        await line.InspectAsync("s", 1);
        Assert.Null(line.Line.Evidence.Latest("s"));
    }

    [Fact]
    public async Task TryGet_NewestRejectLargerThanItsShare_GoesAfterAllOthers()
    {
        await using var line = new TestLine();
        line.Options.EvidenceBytesPerStation = 4 * 1280;
        await line.OpenAsync("s");
        foreach (var grey in new[] { 1, 2, 3 }) await line.InspectAsync("s", grey);
        await line.TryInspectAsync(new InspectionRequest("s", "", TestLine.Frame(200, side: 60)));
        Assert.Equal(4L, line.Line.Evidence.Latest("s")?.Record.Sequence);
        Assert.NotNull(line.Line.Evidence.TryGet("s", 4));
        Assert.Null(line.Line.Evidence.TryGet("s", 3));
    }

    [Fact]
    public async Task TryGet_StationsWantMoreThanAllMayHave_EachKeepsAnEqualShare()
    {
        await using var line = new TestLine();
        line.Options.EvidenceBytesPerStation = 100 * 1280;
        line.Options.EvidenceBytes = 4 * 1280;
        await line.OpenAsync("s", "t");
        for (var i = 1; i <= 5; i++) await line.InspectAsync("s", i);
        Assert.Equal([2, 3, 4, 5], Kept("s"));

        await line.InspectAsync("t", 1);
        Assert.Equal([4, 5], Kept("s"));
        for (var i = 2; i <= 4; i++) await line.InspectAsync("t", i);
        Assert.Equal([4, 5], Kept("s"));
        Assert.Equal([3, 4], Kept("t"));

        IEnumerable<long> Kept(string station) => Enumerable.Range(1, 9).Select(n => (long)n).Where(n => line.Line.Evidence.TryGet(station, n) is not null);
    }

    [Fact]
    public async Task TryGet_FrameTheModelFailedOn_HasNoMap()
    {
        await using var line = await new TestLine().OpenAsync("s");
        await line.InspectAsync("s", 255);
        Assert.Null(line.Line.Evidence.TryGet("s", 1)!.Map);
    }
}
