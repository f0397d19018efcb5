using System.Diagnostics;
using System.Globalization;
using System.Text;
using AnomalyLine.EndToEnd.Tests.Harness;

namespace AnomalyLine.EndToEnd.Tests;

/// <summary>
/// The long run: cameras at a fixed rate, kill -9 halfway, restart; what was sent, logged and delivered, and whether tensors or memory grow. Only when asked for:
/// dotnet run --project tests/AnomalyLine.EndToEnd.Tests -- -explicit only -showliveoutput. ACCEPTANCE_SECONDS (180), ACCEPTANCE_CAMERAS (4), ACCEPTANCE_RATE (10 frames/s each)
/// and ACCEPTANCE_SAMPLE_SECONDS (30) change it; ACCEPTANCE_SERVER_ARGUMENTS are further arguments of the server, with spaces between them. The summary is the test's output, and artifacts/acceptance.txt.
/// </summary>
public sealed class AcceptanceRun(TrainedModel model, ITestOutputHelper output)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly int _seconds = Setting("ACCEPTANCE_SECONDS", 180);
    private readonly int _rate = Setting("ACCEPTANCE_RATE", 10);
    private readonly string[] _stations = [.. Enumerable.Range(1, Setting("ACCEPTANCE_CAMERAS", 4)).Select(i => $"camera-{i}")];
    private readonly StringBuilder _summary = new();
    private long _begin;

    [Fact(Explicit = true)]
    public async Task Line_KilledHalfway_NothingLost()
    {
        Programs.RequireOpcUa();
        using var folder = new TemporaryFolder();
        await using var server = new ServerProcess(folder["data"], hasOpcUa: true, program: null, Environment.GetEnvironmentVariable("ACCEPTANCE_SERVER_ARGUMENTS")?.Split(' ') ?? []);
        await server.StartAsync();
        var client = new LineClient(server.Channel);
        await client.AddStationsAsync(await client.UploadAsync(model.Path), _stations);
        await using var gateway = await GatewayProcess.StartAsync(server, folder["gateway-pki"]);
        var tags = new[] { "camera-1.Pass", "camera-1.Ready" };
        await using var alone = await OpcUaClient.ConnectAsync(gateway.Endpoint, model.ClientPki, tags);
        await using var supervised = await OpcUaClient.ConnectAsync(server.OpcUaEndpoint, model.ClientPki, tags);
        var cameras = _stations.Select(station => new CameraClient(server, station, _rate, Parts.Passing)).ToList();

        Tell($"{_stations.Length} cameras x {_rate} frames/s for {_seconds} s, kill -9 halfway; {Environment.ProcessorCount} cores");
        _begin = Stopwatch.GetTimestamp();
        var running = Task.WhenAll(cameras.Select(camera => camera.RunAsync(number => number <= _seconds * _rate, TestContext.Current.CancellationToken)));
        await SampleAsync(server, cameras, alone, _seconds / 2.0);
        await server.KillAsync();
        Tell($"{Elapsed():0.0} s: killed");
        await server.StartAsync();
        Tell($"{Elapsed():0.0} s: serving again, its gateway listening");
        await SampleAsync(server, cameras, alone, _seconds);
        await running;

        var log = await client.ReadLogAsync(_stations);
        await alone.UntilAsync(() => alone.Events.Count >= log.Count, s_limit, "all events");
        var books = Books.Balance(cameras, log, alone.Events);
        var beside = Books.Balance(cameras, log, supervised.Events);
        Summarize(cameras, alone, supervised, books, beside, log.Count(record => record.Verdict == Contracts.V1.Verdict.NotDecidable));
        Assert.True(
            books is { Missing: 0, Different: 0, Doubled: 0, Unknown: 0, Gaps: 0, Refused: 0, AnsweredTwice: 0, EventsLost: 0, EventsDoubled: 0, EventsDifferent: 0, EventsOutOfOrder: 0 }, $"{books}");
        Assert.True(beside is { EventsDoubled: 0, EventsDifferent: 0, EventsOutOfOrder: 0 }, $"{beside}");
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private double Elapsed() => Stopwatch.GetElapsedTime(_begin).TotalSeconds;

    /// <summary>Tells of the process at once, at every interval, and at the end.</summary>
    private async Task SampleAsync(ServerProcess server, IReadOnlyCollection<CameraClient> cameras, OpcUaClient plc, double untilSeconds)
    {
        var period = TimeSpan.FromSeconds(Setting("ACCEPTANCE_SAMPLE_SECONDS", 30));
        while (true)
        {
            Tell($"{Elapsed():0.0} s: {cameras.Sum(camera => camera.Sent.Count)} sent, {cameras.Sum(camera => camera.Answers.Count)} answered, {plc.Events.Count} events, {await server.ReadMetricAsync("anomalyline_tensors_live"):0} live tensors, {server.ResidentBytes / 1e6:0} MB resident, {await server.ReadMetricAsync("dotnet_gc_last_collection_heap_size_bytes") / 1e6:0} MB managed heap after {await server.ReadMetricAsync("dotnet_gc_collections_total"):0} collections");
            var left = TimeSpan.FromSeconds(untilSeconds - Elapsed());
            if (left <= TimeSpan.Zero) return;
            await Task.Delay(left < period ? left : period, TestContext.Current.CancellationToken);
        }
    }

    private void Summarize(IReadOnlyCollection<CameraClient> cameras, OpcUaClient alone, OpcUaClient supervised, Books books, Books beside, int notDecidable)
    {
        var answers = cameras.SelectMany(camera => camera.Answers).Where(answer => answer.Response.Inspection is not null).ToList();
        Tell($"frames: {books.Sent} sent, {books.Unsent} due without a connection, {books.Answered} answered, {books.Refused} refused");
        Tell($"log: {books.Logged} records ({notDecidable} NotDecidable), {books.Missing} answered but missing, {books.Different} different, {books.Doubled} doubled, {books.Gaps} gaps");
        Tell($"server, arrival to answer: {new Distribution(answers.Select(answer => answer.Response.Inspection.Timings.TotalMs))}");
        foreach (var (name, plc, side) in new[] { ("gateway alone", alone, books), ("gateway supervised", supervised, beside) })
        {
            Tell($"{name}: {side.Events} events, {side.EventsLost} lost, {side.EventsDoubled} doubled, {side.EventsDifferent} different, {side.EventsOutOfOrder} out of order");
            Tell($"  answer at the camera to event at the OPC UA client: {Delays(answers, plc)}");
            foreach (var connection in plc.Connections) Tell($"  {Seconds(connection.At):0.000} s: {connection.What}");
            foreach (var tag in plc.Changes.Select(change => change.Tag).Distinct().Order()) Tell($"  {tag}: {Timeline(plc.Changes.Where(change => change.Tag == tag))}");
        }

        var file = Path.Combine(Programs.Root, "artifacts", "acceptance.txt");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, _summary.ToString());
    }

    private static Distribution Delays(IEnumerable<ReceivedAnswer> answers, OpcUaClient plc)
    {
        var events = plc.Events.DistinctBy(seen => (seen.Station, seen.Sequence)).ToDictionary(seen => (seen.Station, seen.Sequence), seen => seen.At);
        return new(answers.Select(answer => (answer.At, Key: (answer.Response.Inspection.Station, (uint)answer.Response.Inspection.Sequence)))
            .Where(answer => events.ContainsKey(answer.Key)).Select(answer => (events[answer.Key] - answer.At) / 1e6));
    }

    /// <summary>Each change of status with its time.</summary>
    private string Timeline(IEnumerable<OpcUaTag> changes)
    {
        var steps = new List<string>();
        var status = "";
        foreach (var change in changes)
        {
            if (change.Status == status) continue;
            status = change.Status;
            steps.Add(FormattableString.Invariant($"{Seconds(change.At):0.000} s {status}"));
        }

        return string.Join(", ", steps);
    }

    private double Seconds(long at) => (at - _begin) / 1e9;

    private void Tell(FormattableString line)
    {
        var text = FormattableString.Invariant(line);
        _summary.AppendLine(text);
        output.WriteLine(text);
    }
}
