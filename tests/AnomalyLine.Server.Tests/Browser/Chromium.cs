using Microsoft.Playwright;

namespace AnomalyLine.Server.Tests.Browser;

/// <summary>The system's Chromium, started for the first test that needs it. Tests are skipped where it is not installed.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Program = "/usr/bin/chromium";
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Program)) return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] });
    }

    /// <summary>A page of a server in a browser of its own, which knows nothing of others.</summary>
    internal async Task<ConsolePage> OpenAsync(TestServer server, string address, View? view = null)
    {
        Assert.SkipWhen(_browser is null, "Chromium is missing: install the Debian package chromium (deploy/install-native.sh --test does).");
        view ??= View.Panel;
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = server.Http.BaseAddress!.ToString(),
            ViewportSize = new() { Width = view.Width, Height = view.Height },
            ColorScheme = view.Scheme,
            ReducedMotion = ReducedMotion.Reduce,
            AcceptDownloads = true,
        });
        context.SetDefaultTimeout(10_000);
        var page = new ConsolePage(await context.NewPageAsync(), view);
        await page.GoAsync(address);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
