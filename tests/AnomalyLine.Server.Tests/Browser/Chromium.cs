using System.Runtime.CompilerServices;
using AnomalyLine.Management.Access;
using AnomalyLine.Server.Access;
using Microsoft.Playwright;

namespace AnomalyLine.Server.Tests.Browser;

/// <summary>The system's Chromium, started for the first test that needs it. Tests are skipped where it is not installed.</summary>
public sealed class Chromium : IAsyncLifetime
{
    internal const string Program = "/usr/bin/chromium";

    /// <summary>
    /// Set to 1, the browsers get only the processor time that nobody else wants, so that what is measured beside them is close to what it is with browsers on other machines.
    /// </summary>
    internal const string IdleSetting = "CONSOLE_IDLE_BROWSERS";

    /// <summary>The administrator of every server that a page is opened of.</summary>
    internal const string User = "eva", Password = "a-test-of-the-console";

    private readonly ConditionalWeakTable<TestServer, List<Cookie>> _sessions = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("anomalyline-chromium-");
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Program)) return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = IsIdle ? WriteIdleProgram() : Program, Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] });
    }

    /// <summary>A page of a server in a browser of its own, signed in as the administrator.</summary>
    internal async Task<ConsolePage> OpenAsync(TestServer server, string address, View? view = null)
    {
        if (!_sessions.TryGetValue(server, out var session))
        {
            Assert.True(server.Get<AccessControl>().Users.Add(User, AccessRole.Administrator, Password).TryGet(out _, out _));
            await using var door = await OpenAsNobodyAsync(server, "/sign-in");
            await door.SignInAsync(User, Password);
            session = [.. (await door.Page.Context.CookiesAsync()).Select(cookie => new Cookie { Name = cookie.Name, Value = cookie.Value, Domain = cookie.Domain, Path = cookie.Path, HttpOnly = cookie.HttpOnly, SameSite = cookie.SameSite })];
            _sessions.Add(server, session);
        }

        var page = await OpenAsNobodyAsync(server, "about:blank", view);
        await page.Page.Context.AddCookiesAsync(session);
        await page.GoAsync(address);
        return page;
    }

    /// <summary>A page of a server in a browser of its own, where nobody has signed in.</summary>
    internal Task<ConsolePage> OpenAsNobodyAsync(TestServer server, string address, View? view = null) => OpenAsNobodyAsync(server.Http.BaseAddress!, address, view);

    /// <summary>The same of any server.</summary>
    internal async Task<ConsolePage> OpenAsNobodyAsync(Uri server, string address, View? view = null)
    {
        Assert.SkipWhen(_browser is null, "Chromium is missing: install the Debian package chromium (deploy/install-native.sh --test does).");
        view ??= View.Panel;
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = server.ToString(),
            ViewportSize = new() { Width = view.Width, Height = view.Height },
            ColorScheme = view.Scheme,
            ReducedMotion = ReducedMotion.Reduce,
            AcceptDownloads = true,
        });
        context.SetDefaultTimeout(20_000);
        var page = new ConsolePage(await context.NewPageAsync(), view);
        await page.GoAsync(address);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>Whether browsers get only the time that nobody else wants.</summary>
    internal static bool IsIdle => Environment.GetEnvironmentVariable(IdleSetting) == "1";

    /// <summary>Children inherit the scheduling class.</summary>
    private string WriteIdleProgram()
    {
        var path = Path.Combine(_folder.FullName, "chromium");
        File.WriteAllText(path, $"#!/bin/sh\nexec chrt --idle 0 nice -n 19 {Program} \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
