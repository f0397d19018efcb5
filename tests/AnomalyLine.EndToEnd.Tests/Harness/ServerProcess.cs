using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Grpc.Net.Client;

namespace AnomalyLine.EndToEnd.Tests.Harness;

/// <summary>The server as a process on ports and a data folder of its own, which stay over a restart.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(60);
    private readonly string _program;
    private readonly bool _hasOpcUa;
    private readonly string[] _more;
    private RunningProgram? _running;

    /// <summary>Starts nothing yet.</summary>
    /// <param name="dataFolder">Its data folder.</param>
    /// <param name="hasOpcUa">Whether it runs the gateway.</param>
    /// <param name="program">Another copy of the program; null for the built one.</param>
    /// <param name="more">Further arguments.</param>
    public ServerProcess(string dataFolder, bool hasOpcUa, string? program = null, params string[] more)
    {
        _program = program ?? Programs.Server;
        _hasOpcUa = hasOpcUa;
        _more = more;
        DataFolder = dataFolder;
        var ports = FreePorts.Take(3);
        (HttpPort, GrpcPort, OpcUaPort) = (ports[0], ports[1], ports[2]);
        Channel = OpenChannel();
        Http = new HttpClient(new LocalProgram(this)) { BaseAddress = new Uri(Invariant($"http://127.0.0.1:{HttpPort}")) };
    }

    public string DataFolder { get; }

    public int HttpPort { get; }

    public int GrpcPort { get; }

    public int OpcUaPort { get; }

    public string GrpcAddress => Invariant($"http://127.0.0.1:{GrpcPort}");

    public string OpcUaEndpoint => Invariant($"opc.tcp://127.0.0.1:{OpcUaPort}/anomalyline");

    public GrpcChannel Channel { get; }

    public HttpClient Http { get; }

    public RunningProgram Running => _running ?? throw new InvalidOperationException("Start the server first.");

    /// <summary>The key that its data folder has for programs on this machine; null before the first start.</summary>
    public string? LocalKey => Path.Combine(DataFolder, "local.key") is var file && File.Exists(file) ? File.ReadAllText(file).Trim() : null;

    /// <summary>Memory that is resident, bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            using var process = Process.GetProcessById(Running.Id);
            return process.WorkingSet64;
        }
    }

    /// <summary>A connection of its own.</summary>
    public GrpcChannel OpenChannel() => GrpcChannel.ForAddress(GrpcAddress, new GrpcChannelOptions { MaxReceiveMessageSize = null, HttpHandler = new LocalProgram(this), DisposeHttpClient = true });

    /// <summary>Starts it and waits until cameras, and OPC UA clients where it has them, can connect.</summary>
    public async Task StartAsync()
    {
        await LaunchAsync();
        await Running.UntilLineAsync("Application started", s_startLimit);
        if (_hasOpcUa) await Running.UntilLineAsync("listening endpoint=", s_startLimit);
    }

    /// <summary>Starts it and waits for nothing.</summary>
    public async Task LaunchAsync()
    {
        if (_running is not null) await _running.DisposeAsync();
        _running = RunningProgram.Start(
            _program,
            [
                $"--AnomalyLine:HttpPort={HttpPort}", $"--AnomalyLine:GrpcPort={GrpcPort}", $"--AnomalyLine:DataFolder={DataFolder}",
                $"--AnomalyLine:OpcUa:Enabled={_hasOpcUa}", $"--AnomalyLine:OpcUa:Port={OpcUaPort}", "--AnomalyLine:OpcUa:Laboratory=true", .. _more,
            ]);
    }

    /// <summary>kill -9, as a power cut or the system's memory killer does it; the gateway is left to notice.</summary>
    public Task KillAsync() => Running.KillAsync();

    /// <summary>SIGTERM, and its way to the end.</summary>
    /// <returns>Exit code and time that it took.</returns>
    public async Task<(int Code, TimeSpan Took)> StopAsync()
    {
        var begin = Stopwatch.GetTimestamp();
        Running.AskToEnd();
        var code = await Running.WaitAsync(TimeSpan.FromSeconds(30));
        return (code, Stopwatch.GetElapsedTime(begin));
    }

    /// <summary>A number from /metrics, summed over its labels.</summary>
    public async Task<double> ReadMetricAsync(string name)
    {
        var text = await Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        return text.Split('\n').Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal))
            .Select(line => double.Parse(MetricValue().Match(line).Groups["value"].Value, CultureInfo.InvariantCulture)).DefaultIfEmpty(double.NaN).Sum();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Channel.Dispose();
        if (_running is null) return;
        if (!_running.HasExited) await StopAsync();
        await _running.DisposeAsync();

        // A gateway whose server was killed leaves within a second; one that hangs must not stay behind.
        foreach (var started in _running.Lines.Select(line => GatewayStarted().Match(line)).Where(match => match.Success)) EndGateway(int.Parse(started.Groups["id"].Value, CultureInfo.InvariantCulture));
    }

    private static void EndGateway(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            if (process.ProcessName is "node" && !process.WaitForExit(TimeSpan.FromSeconds(2))) process.Kill();
        }
        catch (ArgumentException)
        {
            // It is gone, as it should be.
        }
    }

    /// <summary>Sends the local key as it is at that moment: each start of the server makes another one.</summary>
    private sealed class LocalProgram(ServerProcess server) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (server.LocalKey is { } key) request.Headers.Authorization = new("Bearer", key);
            return base.SendAsync(request, cancellationToken);
        }
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    [GeneratedRegex(@"gateway started as process (?<id>\d+)", RegexOptions.NonBacktracking)]
    private static partial Regex GatewayStarted();

    [GeneratedRegex(@"^[^ {]+(\{.*\})? (?<value>\S+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex MetricValue();
}
