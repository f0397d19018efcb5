namespace AnomalyLine.Inspection.Tests;

public sealed class StationNameTests
{
    [Theory]
    [InlineData("press", "press.Counters")]
    [InlineData("press", "press.Counters.Ok")]
    [InlineData("press", "press.Pass")]
    [InlineData("press", "press.Stop")]
    [InlineData("press", "press.NotReady.x")]
    [InlineData("press.Counters", "press")]
    [InlineData("press.History.PartId", "press")]
    public async Task CreateStationAsync_NameOfAnotherStationsTag_IsRefusedInEitherOrder(string first, string second)
    {
        await using var line = await new TestLine().OpenAsync(first);

        var error = (await line.Line.CreateStationAsync(second, TestLine.Cancellation)).Error;

        Assert.Equal(LineErrorCode.InvalidStationName, error?.Code);
        Assert.Contains($"'{first}'", error?.Message, StringComparison.Ordinal);
        Assert.Single(line.Line.Stations);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("....")]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\u001b")]
    public async Task CreateStationAsync_NameThatIsNone_IsRefused(string name)
    {
        await using var line = await new TestLine().OpenAsync();

        var error = (await line.Line.CreateStationAsync(name, TestLine.Cancellation)).Error;

        Assert.Equal(LineErrorCode.InvalidStationName, error?.Code);
        Assert.DoesNotContain('\u001b', error?.Message ?? "");
    }

    [Fact]
    public async Task CreateStationAsync_DotsThatNameNoTag_AreNames()
    {
        await using var line = await new TestLine().OpenAsync("press", "press.left", "press.counters", "press-1.Counters", "pressPass", "press..");

        Assert.Equal(6, line.Line.Stations.Count);
    }
}
