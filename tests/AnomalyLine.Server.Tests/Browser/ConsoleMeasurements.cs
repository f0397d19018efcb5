using System.Diagnostics;
using System.Globalization;
using AnomalyLine.Contracts.V1;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Options;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;

namespace AnomalyLine.Server.Tests.Browser;

/// <summary>
/// Figures of docs/benchmarks.md, "The console". Server, cameras and browsers share the machine, so they say what a panel PC that does all of it feels; take them on a quiet one, from a Release build.
/// </summary>
[Collection(BrowserTests.Name)]
[Trait("Speed", "Slow")]
public sealed class ConsoleMeasurements(Chromium chromium)
{
    private const int Loads = 20;

    /// <summary>Share of a run that goes before it.</summary>
    private const double WarmUp = 0.2;

    [Fact(Explicit = true)]
    public async Task FirstPaint_TenThousandInspections_IsReported()
    {
        await using var server = await TestServer.StartReadyAsync([ShownLine.First, ShownLine.Second]);
        await server.InspectAsync(Enumerable.Range(1, 10_000).Select(number => TestServer.Request(ShownLine.First, (ulong)number, (byte)(number % 25 == 4 ? 200 : 60 + (number % 40)))));
        foreach (var address in new[] { "/", "/stations/press-1", "/stations/press-1?show=rejected" })
        {
            var (paints, live) = (new List<double>(), new List<double>());
            for (var i = 0; i < Loads; i++)
            {
                // A browser of its own each time: nothing is cached.
                await using var page = await chromium.OpenAsync(server, "about:blank");
                var begin = Stopwatch.GetTimestamp();
                await page.GoAsync(address);
                live.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
                paints.Add(await page.Page.EvaluateAsync<double>("() => performance.getEntriesByName('first-contentful-paint')[0].startTime"));
            }

            Say($"{address}: first paint {Spread(paints)}; answers to clicks after {Spread(live)}; {Loads} loads with an empty cache");
        }
    }

    [Fact(Explicit = true)]
    public async Task FirstPaint_ReportOfAMillionInspections_IsReported()
    {
        await using var server = await TestServer.StartReadyAsync([ShownLine.First, ShownLine.Second]);
        await server.InspectAsync([TestServer.Request(ShownLine.First, 1, 10)]);

        // Thirty stations, a part every two seconds in all, up to now; counted as the line counts them.
        server.RunSql("inspections.db", """
            WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000)
            INSERT INTO inspections SELECT position + x, 's' || (x % 30), 1 + x / 30, 'part-' || x, 1 + (x % 100 = 0), 1 + (x % 100 = 0), '', score, threshold, regions, model_version, recipe_revision, capture_ticks,
              completion_ticks - (1000000 - x) * 20000000, prepare_ms, queue_ms, detect_ms, judge_ms, log_ms, total_ms, batch_size, frame_width, frame_height, product_id, decode_ms, forward_ms, capture_uncertain, NULL
            FROM inspections, n WHERE station = 'press-1' AND sequence = 1;
            INSERT OR IGNORE INTO stations (name, creation_ticks) SELECT DISTINCT station, 1 FROM inspections;
            INSERT OR IGNORE INTO production SELECT station, completion_ticks / 9000000000, product_id, sum(verdict = 1), sum(verdict = 2), 0, count(*), count(*) * 600000000, x'', x'060307050A0F0B0419021A01', x'2201410180' || x'0101'
            FROM inspections WHERE station LIKE 's%' GROUP BY 1, 2, 3
            """);
        var today = server.Get<TimeProvider>().GetUtcNow().UtcDateTime;
        foreach (var address in new[] { "/report", "/report?station=s3", $"/report?from={today.AddDays(-30):yyyy-MM-dd}&until={today:yyyy-MM-dd}", $"/report?from={today.AddDays(-90):yyyy-MM-dd}&until={today:yyyy-MM-dd}&by=station" })
        {
            var (paints, answers) = (new List<double>(), new List<double>());
            for (var i = 0; i < Loads; i++)
            {
                await using var page = await chromium.OpenAsync(server, "about:blank");
                await page.GoAsync(address);

                // A page without scripts of its own is loaded before it is painted.
                await page.Page.WaitForFunctionAsync("() => performance.getEntriesByName('first-contentful-paint').length > 0");
                paints.Add(await page.Page.EvaluateAsync<double>("() => performance.getEntriesByName('first-contentful-paint')[0].startTime"));
                answers.Add(await page.Page.EvaluateAsync<double>("() => performance.getEntriesByType('navigation')[0].responseEnd"));
            }

            Say($"{address}: first paint {Spread(paints)}; answer of the server {Spread(answers)}; {Loads} loads with an empty cache");
        }
    }

    [Fact(Explicit = true)]
    public async Task Browsers_BesideFourCameras_InspectionAndMemoryAreReported()
    {
        var minutes = Setting("CONSOLE_MINUTES", 5);
        var browsers = (int)Setting("CONSOLE_BROWSERS", 20);
        string[] stations = ["press-1", "press-2", "press-3", "press-4"];
        var isPlain = Environment.GetEnvironmentVariable("CONSOLE_PLAIN_BROWSERS") == "1";
        await using var server = await TestServer.StartReadyAsync(
            services => services.AddSingleton(provider => new AccessControl(provider.GetRequiredService<AnomalyLineOptions>(), isDemo: isPlain, TimeProvider.System)), stations);
        var frames = Enumerable.Range(1, 24).Select(number => ShownLine.Part("press-1", number, isReject: number % 8 == 4).Frame).Select(frame => Enlarge(frame, (int)Setting("CONSOLE_FRAME_SCALE", 1))).ToArray();

        // What is compiled in the first seconds would count for the line without browsers alone.
        await RunAsync(server, stations, frames, minutes * WarmUp);
        var alone = await RunAsync(server, stations, frames, minutes);
        Say($"without a browser: {alone.Words}");
        Measured beside;
        if (isPlain)
        {
            using var browser = await PlainBrowser.OpenAsync(server.Http.BaseAddress!, [.. Enumerable.Range(0, browsers).Select(i => AddressOf(i, stations))]);
            await RunAsync(server, stations, frames, minutes * WarmUp);
            beside = await RunAsync(server, stations, frames, minutes);
            Assert.Equal(browsers, browser.AlivePages);
        }
        else
        {
            var pages = new List<ConsolePage>();
            for (var i = 0; i < browsers; i++) pages.Add(await chromium.OpenAsync(server, AddressOf(i, stations)));
            await RunAsync(server, stations, frames, minutes * WarmUp);
            beside = await RunAsync(server, stations, frames, minutes);
            Assert.All(pages, page => Assert.Empty(page.Errors));
            foreach (var page in pages) await page.DisposeAsync();
        }

        Say($"with {browsers} {(isPlain ? "pages of a browser that nobody looks into" : "browsers")}{(Chromium.IsIdle ? ", which get only the time that nobody else wants" : "")}: {beside.Words}");

        // The runtime goes on making code faster for a while: the line alone before and after is what the run between is held against.
        var after = await RunAsync(server, stations, frames, minutes / 2);
        Say($"without a browser again: {after.Words}");
        Say(FormattableString.Invariant(
            $"a browser costs the server {1000 * (beside.ProcessorShare - ((alone.ProcessorShare + after.ProcessorShare) / 2)) / browsers:0.0} ms of a core (against after alone: {1000 * (beside.ProcessorShare - after.ProcessorShare) / browsers:0.0}) and {(beside.AllocatedPerSecond - after.AllocatedPerSecond) / browsers:0.00} MB of allocation a second"));
    }

    /// <summary>The same with each pixel so many times in either direction.</summary>
    private static Frame Enlarge(Frame frame, int scale)
    {
        var (small, width) = (frame.Data.ToByteArray(), (int)frame.Width * scale);
        var large = new byte[3 * width * (int)frame.Height * scale];
        for (var i = 0; i < large.Length; i++) large[i] = small[(3 * ((i / 3 / width / scale * (int)frame.Width) + (i / 3 % width / scale))) + (i % 3)];
        return new Frame { Width = (uint)width, Height = frame.Height * (uint)scale, PixelFormat = frame.PixelFormat, Data = UnsafeByteOperations.UnsafeWrap(large) };
    }

    /// <summary>CONSOLE_PAGES tells which pages are open: "line", "station" or both in turn.</summary>
    private static string AddressOf(int browser, string[] stations) => Environment.GetEnvironmentVariable("CONSOLE_PAGES") switch
    {
        "line" => "/",
        "station" => $"/stations/{stations[browser % 4]}",
        _ => browser % 2 == 0 ? "/" : $"/stations/{stations[browser % 4]}",
    };

    private static async Task<Measured> RunAsync(TestServer server, string[] stations, Frame[] frames, double minutes)
    {
        var memory = new List<double>();
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(minutes));
        var (begin, processor, allocated) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
        var cameras = stations.Select(station => StreamAsync(server, station, frames, stop.Token)).ToArray();
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(minutes / 10));
        while (!stop.IsCancellationRequested && await timer.WaitForNextTickAsync(CancellationToken.None)) memory.Add(Environment.WorkingSet / 1048576.0);
        var times = (await Task.WhenAll(cameras)).SelectMany(time => time).Order().ToList();
        var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        return new Measured(times, (Environment.CpuUsage.TotalTime - processor) / TimeSpan.FromSeconds(seconds), (GC.GetTotalAllocatedBytes() - allocated) / 1048576.0 / seconds, memory);
    }

    /// <summary>What this process, the server with the cameras and the tests' end of the browsers, did in a time.</summary>
    private sealed record Measured(List<double> Times, double ProcessorShare, double AllocatedPerSecond, List<double> Memory)
    {
        public string Words => FormattableString.Invariant(
            $"{Times.Count} parts, p50 {Quantile(Times, 0.5):0.0} ms, p99 {Quantile(Times, 0.99):0.0} ms, most {Times[^1]:0} ms; server and cameras: {1000 * ProcessorShare:0} ms of a core and {AllocatedPerSecond:0.0} MB of allocation a second, memory, MB: {string.Join(' ', Memory.Select(mib => mib.ToString("0", CultureInfo.InvariantCulture)))}");
    }

    /// <summary>Ten parts a second; milliseconds from when each was due to its answer.</summary>
    private static async Task<List<double>> StreamAsync(TestServer server, string station, Frame[] frames, CancellationToken stop)
    {
        const int perSecond = 10;
        using var call = server.Inspections.Inspect(cancellationToken: CancellationToken.None);
        var begin = Stopwatch.GetTimestamp();
        var times = new List<double>();
        var reading = ReadAsync();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond / 4));
        for (ulong number = 0; !stop.IsCancellationRequested;)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            for (; number < perSecond * Stopwatch.GetElapsedTime(begin).TotalSeconds; number++)
                await call.RequestStream.WriteAsync(new() { RequestId = number, Station = station, PartId = $"{number}", Frame = frames[number % (ulong)frames.Length] }, CancellationToken.None);
        }

        await call.RequestStream.CompleteAsync();
        await reading;
        return times;

        async Task ReadAsync()
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
                times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds - (1000.0 * call.ResponseStream.Current.RequestId / perSecond));
        }
    }

    private static double Setting(string name, double otherwise) =>
        Environment.GetEnvironmentVariable(name) is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static double Quantile(List<double> sorted, double q) => sorted[Math.Max(0, (int)Math.Ceiling(q * sorted.Count) - 1)];

    private static string Spread(List<double> values)
    {
        values.Sort();
        return FormattableString.Invariant($"median {Quantile(values, 0.5):0} ms, most {values[^1]:0} ms");
    }

    private static void Say(string text) => TestContext.Current.TestOutputHelper!.WriteLine(text);
}
