using AnomalyLine.Management.Production;

namespace AnomalyLine.Management.Tests.Production;

public sealed class ControlChartTests
{
    private static readonly DateOnly s_day = new(2026, 11, 2);

    [Fact]
    public void Of_SubgroupsOfDifferentSize_HasTheLimitsOfEach()
    {
        // 30 of 600: p̄ = 0.05. For 100: 3 √(0.05 · 0.95 / 100) = 0.065383; for 400: 0.032692.
        var chart = ControlChart.Of([(s_day, "early", 100, 12), (s_day, "late", 400, 16), (s_day, "night", 0, 0), (s_day.AddDays(1), "early", 100, 2)]);

        Assert.Equal(0.05, chart.Mean, 1e-12);
        Assert.Equal([0.115383, 0.082692, 0.115383], chart.Points.Select(point => Math.Round(point.Upper, 6)));
        Assert.Equal([0, 0.017308, 0], chart.Points.Select(point => Math.Round(point.Lower, 6)));
        Assert.Equal([true, false, false], chart.Points.Select(point => point.IsOut));
    }

    [Fact]
    public void Of_NoRejectsOrNoParts_IsOutNowhere()
    {
        Assert.Empty(ControlChart.Of([(s_day, null, 0, 0)]).Points);
        Assert.Equal((0, 0, 0, false), ControlChart.Of([(s_day, null, 50, 0)]).Points.Select(point => (point.Share, point.Lower, point.Upper, point.IsOut)).Single());
        Assert.False(ControlChart.Of([(s_day, null, 50, 50)]).Points[0].IsOut);
    }
}
