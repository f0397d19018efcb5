using AnomalyLine.Management.Production;

namespace AnomalyLine.Management.Tests.Production;

public sealed class PlantCalendarTests
{
    private static readonly PlantCalendar s_berlin = new(new PlantOptions { TimeZone = "Europe/Berlin" });

    [Theory]
    [InlineData("2026-03-27", "late", 8)]
    [InlineData("2026-03-27", "night", 8)]
    [InlineData("2026-03-28", "night", 7)]
    [InlineData("2026-03-29", "early", 8)]
    [InlineData("2026-10-24", "night", 9)]
    public void ShiftsOf_NightWhenClocksAreChanged_IsSevenOrNineHoursLong(string day, string name, int hours)
    {
        var date = DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture);

        var shift = Assert.Single(s_berlin.ShiftsOf(date, date), shift => shift.Name == name);

        Assert.Equal(TimeSpan.FromHours(hours), shift.End - shift.Start);
    }

    [Fact]
    public void ShiftsOf_AYear_LeaveNothingOutAndOverlapNowhere()
    {
        foreach (var zone in (string[])["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"])
        {
            // Begins within the hours that are left out and that come twice.
            var shifts = new PlantCalendar(new PlantOptions { TimeZone = zone, Shifts = "01:45 a, 02:00 b, 02:30 c, 22:15 d" }).ShiftsOf(new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31));

            Assert.All(shifts.Zip(shifts.Skip(1)), pair => Assert.Equal(pair.First.End, pair.Second.Start));
            Assert.All(shifts, shift => Assert.True(shift.End > shift.Start && shift.Start.UtcTicks % TimeSpan.FromMinutes(15).Ticks == 0));
            Assert.Equal(365, shifts.Select(shift => shift.Day).Distinct().Count());
        }
    }

    [Theory]
    [InlineData("2026-11-30T04:59:59Z", "2026-11-29")]
    [InlineData("2026-11-30T05:00:00Z", "2026-11-30")]
    [InlineData("2026-12-01T04:00:00Z", "2026-11-30")]
    public void DayOf_NightAfterMidnight_BelongsToTheDayOnWhichItBegan(string time, string day) =>
        Assert.Equal(DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture), s_berlin.DayOf(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void Validate_ManyMistakes_SaysAllAtOnce()
    {
        var errors = new PlantOptions { Name = "a\tb", TimeZone = "Europe/Berlyn", Shifts = "06:00 early, 6 late, 14:10 late, 13:00 early," }.Validate();

        Assert.Collection(
            errors,
            error => Assert.StartsWith("Name has 3 characters", error, StringComparison.Ordinal),
            error => Assert.StartsWith("TimeZone is \"Europe/Berlyn\"", error, StringComparison.Ordinal),
            error => Assert.StartsWith("Shifts has \"6 late\";", error, StringComparison.Ordinal),
            error => Assert.StartsWith("Shifts has \"14:10 late\"; shifts begin at quarters", error, StringComparison.Ordinal),
            error => Assert.StartsWith("Shifts has the name \"early\" twice", error, StringComparison.Ordinal),
            error => Assert.StartsWith("Shifts has \"13:00 early\" after 14:10", error, StringComparison.Ordinal),
            error => Assert.StartsWith("Shifts has \"\";", error, StringComparison.Ordinal));
        Assert.Empty(new PlantOptions().Validate());
    }
}
