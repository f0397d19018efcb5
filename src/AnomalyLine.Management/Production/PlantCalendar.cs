namespace AnomalyLine.Management.Production;

/// <summary>Days and shifts of the plant, in its time zone. Any thread.</summary>
public sealed class PlantCalendar
{
    private static readonly TimeSpan s_quarter = TimeSpan.FromMinutes(15);
    private readonly TimeZoneInfo _zone;
    private readonly IReadOnlyList<ShiftStart> _starts;

    /// <summary>The calendar of options that are valid.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    public PlantCalendar(PlantOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join(' ', errors), nameof(options));
        PlantName = options.Name.Trim();
        _zone = options.FindZone()!;
        _starts = ShiftStart.Read(options.Shifts, out _);
    }

    /// <summary>What reports call the plant; may be empty.</summary>
    public string PlantName { get; }

    /// <summary>The time zone.</summary>
    public TimeZoneInfo Zone => _zone;

    /// <summary>Name of the time zone.</summary>
    public string ZoneName => _zone.Id;

    /// <summary>Names of the shifts of a day, in order.</summary>
    public IReadOnlyList<string> ShiftNames => [.. _starts.Select(start => start.Name)];

    /// <summary>A time by the plant's clock.</summary>
    public DateTimeOffset ToLocal(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, _zone);

    /// <summary>The day that a time belongs to: that on which its shift begins.</summary>
    public DateOnly DayOf(DateTimeOffset time)
    {
        var day = DateOnly.FromDateTime(ToLocal(time).Date);
        return time < StartOf(day, _starts[0]) ? day.AddDays(-1) : day;
    }

    /// <summary>All shifts that begin on days from one to another, both included, in order.</summary>
    public IReadOnlyList<PlantShift> ShiftsOf(DateOnly from, DateOnly until)
    {
        var shifts = new List<PlantShift>();
        for (var day = from; day <= until; day = day.AddDays(1))
        {
            for (var i = 0; i < _starts.Count; i++)
            {
                var start = StartOf(day, _starts[i]);
                var end = i + 1 < _starts.Count ? StartOf(day, _starts[i + 1]) : StartOf(day.AddDays(1), _starts[0]);

                // A shift that lies in the hour that is left out does not take place.
                if (end > start) shifts.Add(new PlantShift(day, _starts[i].Name, start, end));
            }
        }

        return shifts;
    }

    /// <summary>The first instant at which the clock shows this time or, where it is left out, the next one that it shows.</summary>
    private DateTimeOffset StartOf(DateOnly day, ShiftStart start)
    {
        var local = day.ToDateTime(start.Time);
        while (_zone.IsInvalidTime(local)) local += s_quarter;
        return new DateTimeOffset(local, _zone.IsAmbiguousTime(local) ? _zone.GetAmbiguousTimeOffsets(local).Max() : _zone.GetUtcOffset(local));
    }
}
