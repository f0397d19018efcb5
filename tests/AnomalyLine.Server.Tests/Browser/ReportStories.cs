using System.Globalization;
using Microsoft.Playwright;

namespace AnomalyLine.Server.Tests.Browser;

/// <summary>A quality engineer takes figures away.</summary>
[Collection(BrowserTests.Name)]
[Trait("Speed", "Slow")]
public sealed class ReportStories(Chromium chromium)
{
    [Fact]
    public async Task Engineer_ReadsFiltersDownloadsAndPrintsTheReport()
    {
        await using var server = await ProductionTests.StartAsync("--AnomalyLine:Plant:Name=Werk Süd");
        await using var page = await chromium.OpenAsync(server, "/report?from=2026-11-02&until=2026-11-02");

        await ConsolePage.SaysAsync(page.Locator(".head"), "Werk Süd");
        await ConsolePage.SaysAsync(page.Locator(".totals"), "75.00 %");
        await ConsolePage.SaysAsync(page.Locator(".totals"), "1 of 2");
        await ConsolePage.SaysAsync(page.Locator(".head"), "overloaded 1");
        await ConsolePage.SaysAsync(page.Locator("table.rows tbody tr").First, "early");
        await ConsolePage.SaysAsync(page.Locator(".pareto").First, "scratch");
        Assert.Equal(3, await page.Locator(".plot g.ok, .plot g.not-ok").CountAsync());

        await page.Locator("select[name=station]").SelectOptionAsync("press-1");
        await page.Locator("select[name=by]").SelectOptionAsync("product");
        await page.Button("Show").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator("table.rows tbody"), "no ID");
        await ConsolePage.SaysAsync(page.Locator(".pareto").Last, "A1");

        var download = await page.Page.RunAndWaitForDownloadAsync(() => page.Link("Download as CSV").ClickAsync());
        Assert.Equal("production-2026-11-02-2026-11-02.csv", download.SuggestedFilename);
        Assert.Contains("12,8,3,1,", await File.ReadAllTextAsync(await download.PathAsync(), TestServer.Cancel), StringComparison.Ordinal);

        // On paper there is neither navigation nor filter, and it is light, whatever the screen is.
        await page.Page.EmulateMediaAsync(new() { Media = Media.Print, ColorScheme = ColorScheme.Dark });
        Assert.False(await page.Locator(".bar").IsVisibleAsync());
        Assert.False(await page.Locator(".filter").IsVisibleAsync());
        Assert.Equal("rgb(19, 34, 38)", await page.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).color"));
        await page.KeepAsync("report-print");
        var pdf = await page.Page.PdfAsync(new() { PreferCSSPageSize = true, Path = Checkout.PathOf("artifacts", "screenshots", "report.pdf") });
        Assert.StartsWith("%PDF", System.Text.Encoding.ASCII.GetString(pdf, 0, 4), StringComparison.Ordinal);
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Report_ManyShifts_IsUsableInEachView()
    {
        await using var server = await ProductionTests.StartAsync();

        // Four weeks of both presses: 84 shifts with 0 to 40 rejects of 1000 parts.
        var first = new DateTimeOffset(2026, 10, 5, 5, 0, 0, TimeSpan.Zero).UtcTicks / TimeSpan.FromMinutes(15).Ticks;
        server.RunSql("inspections.db", string.Create(CultureInfo.InvariantCulture, $"""
            WITH RECURSIVE n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n WHERE x < 83)
            INSERT INTO production SELECT s, {first} + x * 32, 'housing 4711', 1000 - x * 7919 % 41, x * 7919 % 41, x % 3, 999, 9000000000, x'', x'', x'' FROM n, (SELECT 'press-1' AS s UNION SELECT 'press-2');
            UPDATE production SET reasons = x'0401', scores = x'0A050C641132', places = x'220921046003' WHERE product_id <> ''
            """));
        var faults = new List<string>();
        await using var page = await chromium.OpenAsync(server, "/");
        foreach (var (name, address) in new[] { ("report-month", "/report?from=2026-10-05&until=2026-11-02&station=press-1&by=day"), ("report-wrong", "/report?from=2026-11-02&until=2026-10-02"), ("report-none", "/report?from=2020-01-01&until=2020-01-02") })
        {
            await page.GoAsync(address);
            foreach (var view in View.All)
            {
                await page.LookAsync(view);
                await page.KeepAsync(name);
                faults.AddRange((await page.FindFaultsAsync()).Concat(page.Errors).Select(fault => $"{name}, {view.Name}: {fault}"));
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        await page.GoAsync("/report?from=2026-10-05&until=2026-11-02&station=press-1&by=day");
        await ConsolePage.SaysAsync(page.Locator(".plot figcaption").First, "beyond the limits");
        Assert.Equal(29, await page.Locator("table.rows tbody tr").CountAsync());
        await page.GoAsync("/report?from=2026-11-02&until=2026-10-02");
        await ConsolePage.SaysAsync(page.Locator("main [role=alert]"), "ends before it begins");
    }

    [Fact]
    public async Task Report_WithoutScripts_IsTheSame()
    {
        await using var server = await ProductionTests.StartAsync();

        var page = await server.Http.GetStringAsync("/report?from=2026-11-02&until=2026-11-02", TestServer.Cancel);

        Assert.Contains("75.00 %", page, StringComparison.Ordinal);
        Assert.Contains("<svg class=\"chart\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<!--Blazor:{\"type\":\"server\"", page, StringComparison.Ordinal);
    }
}
