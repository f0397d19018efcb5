using System.Globalization;
using Microsoft.AspNetCore.Localization;

namespace AnomalyLine.Server.Console;

/// <summary>The console's languages: by the visitor's choice, else by what the browser asks for, else English.</summary>
internal static class Languages
{
    private const string Path = "/language";

    /// <summary>With a country, by which a browser chooses the glyphs of simplified characters; by the script (zh-Hans) the process finds no texts, since without data of cultures it takes the script for a country and writes it in capitals.</summary>
    private const string SimplifiedChinese = "zh-CN";

    /// <summary>All of them, English first. The process has no data of cultures (InvariantGlobalization), so how each writes numbers and times is said here.</summary>
    public static IReadOnlyList<CultureInfo> All { get; } =
    [
        Culture("en", ".", ",", "yyyy-MM-dd", spacedPercent: true),
        Culture("de", ",", ".", "dd.MM.yyyy", spacedPercent: true),
        Culture(SimplifiedChinese, ".", ",", "yyyy-MM-dd", spacedPercent: false),
    ];

    /// <summary>The language of the page that is made now, as for "lang" in HTML.</summary>
    public static string Current => CultureInfo.CurrentUICulture.Name is { Length: > 0 } name ? name : "en";

    /// <summary>A language's own name for itself.</summary>
    public static string NameOf(string language) => language switch { SimplifiedChinese => "简体中文", "de" => "Deutsch", _ => "English" };

    /// <summary>The same in the few letters that the bar of a page has room for.</summary>
    public static string ShortNameOf(string language) => language == SimplifiedChinese ? "中文" : language.ToUpperInvariant();

    /// <summary>Address that changes the language and comes back.</summary>
    /// <param name="language">One of <see cref="All"/>.</param>
    /// <param name="page">Address of a page of the console, without its host.</param>
    public static string Choose(string language, string page) => $"{Path[1..]}?to={language}&page={Uri.EscapeDataString(page)}";

    /// <summary>Sets the language of each page. The interface for programs is the same in every language.</summary>
    public static void UseLanguages(this WebApplication app)
    {
        var options = new RequestLocalizationOptions { SupportedCultures = [.. All], SupportedUICultures = [.. All], DefaultRequestCulture = new RequestCulture(All[0]) };
        options.RequestCultureProviders = [new CookieRequestCultureProvider(), new CustomRequestCultureProvider(AskedFor)];
        app.UseWhen(context => !context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal), pages => pages.UseRequestLocalization(options));
        app.MapGet(Path, Change);
    }

    /// <summary>What the browser asks for first among those that the console speaks. The process has no data of cultures that would say so.</summary>
    private static Task<ProviderCultureResult?> AskedFor(HttpContext context)
    {
        var asked = context.Request.GetTypedHeaders().AcceptLanguage.Where(language => language.Quality is null or > 0).OrderByDescending(language => language.Quality ?? 1)
            .Select(language => Spoken(language.Value.Value ?? "")).FirstOrDefault(language => language is not null);
        return Task.FromResult(asked is null ? null : new ProviderCultureResult(asked));
    }

    /// <summary>The console's language for a language of the browser; null if the console does not speak it. A language is meant in whatever country (de-AT is German), but Chinese of Taiwan, Hong Kong and Macao is written in traditional characters.</summary>
    private static string? Spoken(string asked)
    {
        var parts = asked.ToLowerInvariant().Split('-');
        if (parts[0] == "zh") return parts.Contains("hans") || !parts.Any(part => part is "hant" or "tw" or "hk" or "mo") ? SimplifiedChinese : null;
        return All.FirstOrDefault(known => known.Name == parts[0])?.Name;
    }

    private static IResult Change(HttpContext context, string to, string page)
    {
        if (All.FirstOrDefault(culture => culture.Name == to) is not { } culture)
            return Results.Problem($"The console does not speak '{to}'; it speaks {string.Join(", ", All.Select(known => known.Name))}.", statusCode: StatusCodes.Status400BadRequest);
        context.Response.Cookies.Append(
            CookieRequestCultureProvider.DefaultCookieName, CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(culture)),
            new CookieOptions { MaxAge = TimeSpan.FromDays(365), HttpOnly = true, SameSite = SameSiteMode.Lax, IsEssential = true });
        return PageLink.Back(page);
    }

    private static CultureInfo Culture(string name, string point, string thousands, string day, bool spacedPercent)
    {
        var culture = new CultureInfo(name);
        (culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NumberGroupSeparator) = (point, thousands);
        (culture.NumberFormat.PercentDecimalSeparator, culture.NumberFormat.PercentGroupSeparator) = (point, thousands);
        (culture.NumberFormat.PercentPositivePattern, culture.NumberFormat.PercentNegativePattern) = spacedPercent ? (0, 0) : (1, 1);
        culture.DateTimeFormat.ShortDatePattern = day;
        return CultureInfo.ReadOnly(culture);
    }
}
