using System.Globalization;
using AnomalyLine.EndToEnd.Tests.Harness;
using AnomalyLine.Management.Access;
using Microsoft.Playwright;

namespace AnomalyLine.Server.Tests.Browser;

/// <summary>The server as a process of its own, which ends and starts again while pages are open that nobody touches.</summary>
[Collection(BrowserTests.Name)]
[Trait("Speed", "Slow")]
public sealed class RestartStories(Chromium chromium) : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("anomalyline-restart-");
    private readonly IReadOnlyList<int> _ports = FreePorts.Take(2);
    private RunningProgram? _server;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_ServerEndsAndStartsAgain_ComeBackByThemselvesSignedIn(bool isKilled)
    {
        Assert.True(new UserList(UserList.PathIn(_folder.FullName, null), TimeProvider.System).Add("eva", AccessRole.Administrator, Chromium.Password).TryGet(out _, out _));
        Assert.True(new KeyList(Path.Combine(_folder.FullName, "walls"), TimeProvider.System).Add("hall-2", AccessRole.Viewer).TryGet(out var link, out _));
        await StartAsync();
        var address = new Uri($"http://127.0.0.1:{_ports[0].ToString(CultureInfo.InvariantCulture)}");
        await using var line = await chromium.OpenAsNobodyAsync(address, "/");
        await line.SignInAsync("eva", Chromium.Password);
        var other = await line.Page.Context.NewPageAsync();
        await using var samples = new ConsolePage(other, View.Panel);
        await samples.GoAsync("/samples");
        await using var wall = await chromium.OpenAsNobodyAsync(address, $"/wall/enter#{link.Key}");
        await ConsolePage.SeesAsync(wall.Locator(".display[data-live=yes]"));
        ConsolePage[] pages = [line, samples, wall];
        foreach (var page in pages) await page.Page.EvaluateAsync("window.isOfBefore = true");

        if (isKilled) await _server!.KillAsync();
        else
        {
            _server!.AskToEnd();
            await _server.WaitAsync(s_limit);
        }

        foreach (var page in pages) await ConsolePage.SeesAsync(page.Locator("#components-reconnect-modal"));
        await _server.DisposeAsync();
        await StartAsync();

        foreach (var page in pages)
        {
            await page.Page.WaitForFunctionAsync("() => !window.isOfBefore && document.querySelector('[data-live=yes]')", null, new() { Timeout = 60_000 });
            await Assertions.Expect(page.Locator("#components-reconnect-modal")).ToBeHiddenAsync();
        }

        foreach (var page in (ConsolePage[])[line, samples]) await ConsolePage.SaysAsync(page.Locator(".who"), "eva");
        await ConsolePage.SeesAsync(wall.Locator(".display"));

        Assert.EndsWith("/samples", samples.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_ThatNeverCameAlive_IsLoadedAgain()
    {
        await using var server = await TestServer.StartAsync();
        await using var page = await chromium.OpenAsync(server, "/system");
        await page.Page.RouteAsync("**/blazor.web*.js", route => route.AbortAsync());
        await page.Page.GotoAsync("/");
        await ConsolePage.SeesAsync(page.Locator("[data-live=no]"));
        await page.Page.UnrouteAllAsync();
        await page.Page.WaitForFunctionAsync("() => document.querySelector('[data-live=yes]')", null, new() { Timeout = 60_000 });
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task StartAsync()
    {
        _server = RunningProgram.Start(Path.Combine(AppContext.BaseDirectory, "AnomalyLine.Server"),
        [
            $"--AnomalyLine:HttpPort={_ports[0].ToString(CultureInfo.InvariantCulture)}", $"--AnomalyLine:GrpcPort={_ports[1].ToString(CultureInfo.InvariantCulture)}", "--AnomalyLine:OpcUa:Enabled=false",
            $"--AnomalyLine:DataFolder={_folder.FullName}", "--AnomalyLine:Management:ReservedDiskBytes=0",
        ]);
        using var http = new HttpClient();
        var health = new Uri($"http://127.0.0.1:{_ports[0].ToString(CultureInfo.InvariantCulture)}/health/live");
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestServer.Cancel);
        end.CancelAfter(s_limit);
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(health, end.Token);
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(100, end.Token);
            }
        }
    }
}
