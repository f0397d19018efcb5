using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AnomalyLine.Server.Tests.Browser;

/// <summary>
/// A Chromium with many pages that nobody looks into: following each request of each page, as tests do, costs the process of the server time and memory that no browser in a plant costs it.
/// Its pages lie behind one another, so that drawing them costs little either. The server must let it in without a sign-in.
/// </summary>
internal sealed class PlainBrowser : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("anomalyline-plain-");
    private readonly MeterListener _listener = new();
    private readonly Process _process;
    private int _connections;

    private PlainBrowser()
    {
        // Each live page holds a connection that was upgraded.
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "kestrel.upgraded_connections") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, change, _, _) => Interlocked.Add(ref _connections, (int)change));
        _listener.Start();
        string[] arguments =
        [
            .. Chromium.IsIdle ? ["--idle", "0", Chromium.Program] : Array.Empty<string>(), "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run",
            "--disable-background-timer-throttling", "--disable-renderer-backgrounding", $"--user-data-dir={_folder.FullName}", "--remote-debugging-port=0",
        ];
        _process = Process.Start(Chromium.IsIdle ? "chrt" : Chromium.Program, arguments);
    }

    /// <summary>Opens these pages of a server and waits until they are alive.</summary>
    public static async Task<PlainBrowser> OpenAsync(Uri server, IReadOnlyList<string> addresses)
    {
        var browser = new PlainBrowser();
        var portFile = Path.Combine(browser._folder.FullName, "DevToolsActivePort");
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (!File.Exists(portFile)) await timer.WaitForNextTickAsync(TestServer.Cancel);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{(await File.ReadAllLinesAsync(portFile, TestServer.Cancel))[0]}") };
        foreach (var address in addresses)
        {
            using var answer = await http.PutAsync($"/json/new?{Uri.EscapeDataString(new Uri(server, address).ToString())}", null, TestServer.Cancel);
            answer.EnsureSuccessStatusCode();
        }

        while (browser.AlivePages < addresses.Count) await timer.WaitForNextTickAsync(TestServer.Cancel);
        return browser;
    }

    /// <summary>Pages that are connected to the server.</summary>
    public int AlivePages => Volatile.Read(ref _connections);

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _listener.Dispose();
        _folder.Delete(recursive: true);
    }
}
