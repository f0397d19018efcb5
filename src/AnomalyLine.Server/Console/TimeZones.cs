using System.Globalization;
using AnomalyLine.Management.Production;

namespace AnomalyLine.Server.Console;

/// <summary>The clock by which pages write and read times: the plant's, or UTC where the visitor has asked for it. A page that is open keeps the one that it was opened with.</summary>
internal static class TimeZones
{
    private const string Path = "/time-zone", Cookie = "AnomalyLine.TimeZone", Utc = "utc", Plant = "plant";

    // As the language is: it belongs to a visitor's request or page, and what writes a number or a time is asked for without either.
    private static readonly AsyncLocal<(TimeZoneInfo Shown, TimeZoneInfo Plant)?> s_current = new();

    /// <summary>The zone of the page that is made now; UTC outside of pages.</summary>
    public static TimeZoneInfo Current => s_current.Value?.Shown ?? TimeZoneInfo.Utc;

    /// <summary>Whether the visitor has asked for UTC.</summary>
    public static bool IsUtcAskedFor => s_current.Value is { } zones && !ReferenceEquals(zones.Shown, zones.Plant);

    /// <summary>Address that changes between the two and comes back; null where the plant's clock shows UTC anyway.</summary>
    /// <param name="page">Address of a page of the console, without its host.</param>
    public static string? Change(string page) =>
        s_current.Value is not { } zones || (zones.Plant.BaseUtcOffset == TimeSpan.Zero && !zones.Plant.SupportsDaylightSavingTime) ? null : $"{Path[1..]}?to={(IsUtcAskedFor ? Plant : Utc)}&page={Uri.EscapeDataString(page)}";

    /// <summary>A time as a field of a form has it (yyyy-MM-ddTHH:mm), by the clock that the page shows; null if it cannot be read.</summary>
    public static DateTimeOffset? Read(string? text) =>
        DateTime.TryParse(text, CultureInfo.InvariantCulture, out var time) && time.Kind == DateTimeKind.Unspecified && time.Year is > 1 and < 9999 ? new DateTimeOffset(time, Current.GetUtcOffset(time)) : null;

    /// <summary>Sets the zone of each page.</summary>
    public static void UseTimeZones(this WebApplication app)
    {
        var plant = app.Services.GetRequiredService<PlantCalendar>().Zone;
        app.Use(async (context, next) =>
        {
            s_current.Value = (context.Request.Cookies[Cookie] == Utc ? TimeZoneInfo.Utc : plant, plant);
            await next(context);
        });
        app.MapGet(Path, (HttpContext context, string to, string page) =>
        {
            var choice = new CookieOptions { MaxAge = TimeSpan.FromDays(365), HttpOnly = true, SameSite = SameSiteMode.Lax, IsEssential = true };
            context.Response.Cookies.Append(Cookie, to == Utc ? Utc : Plant, choice);
            return PageLink.Back(page);
        });
    }
}
