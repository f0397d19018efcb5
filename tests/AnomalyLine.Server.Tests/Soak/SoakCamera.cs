using System.Diagnostics;
using AnomalyLine.Contracts.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace AnomalyLine.Server.Tests.Soak;

/// <summary>A camera with a connection of its own: at a rate, or as fast as it is let; it counts what comes of its frames.</summary>
/// <param name="server">The server.</param>
/// <param name="station">Its station.</param>
/// <param name="name">Beginning of its parts' identities.</param>
/// <param name="rate">Frames a second; null for all that it can send.</param>
internal sealed class SoakCamera(TestServer server, string station, string name, double? rate)
{
    private readonly List<long> _sent = [];
    private readonly Lock _gate = new();

    /// <summary>Times from sending to answer, of frames that count.</summary>
    public List<double> LatenciesMs { get; } = [];

    /// <summary>How many answers had which reason.</summary>
    public Dictionary<ReasonCode, int> Reasons { get; } = [];

    public int Sent => _sent.Count;

    public int Answered { get; private set; }

    public int Refused { get; private set; }

    public int AnsweredTwice { get; private set; }

    public string Station => station;

    public string Name => name;

    /// <summary>Sends until it is told to end, and waits for the last answers.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        using var channel = GrpcChannel.ForAddress($"http://{server.Channel.Target}", new GrpcChannelOptions { HttpHandler = server.AsLocalProgram(), DisposeHttpClient = true });
        using var call = new InspectionService.InspectionServiceClient(channel).Inspect(cancellationToken: TestContext.Current.CancellationToken);
        var reading = ReadAsync(call.ResponseStream);
        using var pace = rate is { } perSecond ? new PeriodicTimer(TimeSpan.FromSeconds(1 / perSecond)) : null;
        while (!end.IsCancellationRequested)
        {
            ulong id;
            lock (_gate)
            {
                _sent.Add(Stopwatch.GetTimestamp());
                id = (ulong)_sent.Count;
            }

            var request = TestServer.Request(station, id, 10);
            request.PartId = $"{name}-{id}";
            await call.RequestStream.WriteAsync(request, TestContext.Current.CancellationToken);
            if (pace is not null) await pace.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        await call.RequestStream.CompleteAsync();
        await reading;
    }

    /// <summary>The latency that a share of the answers did not exceed.</summary>
    public double LatencyMs(double share)
    {
        LatenciesMs.Sort();
        return LatenciesMs.Count == 0 ? double.NaN : LatenciesMs[(int)Math.Min(LatenciesMs.Count - 1, Math.Ceiling(share * LatenciesMs.Count))];
    }

    private async Task ReadAsync(IAsyncStreamReader<InspectResponse> answers)
    {
        var seen = new HashSet<ulong>();
        while (await answers.MoveNext(TestContext.Current.CancellationToken))
        {
            var answer = answers.Current;
            long sent;
            lock (_gate) sent = _sent[(int)answer.RequestId - 1];
            LatenciesMs.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            if (!seen.Add(answer.RequestId)) AnsweredTwice++;
            if (answer.Inspection is not { } inspection)
            {
                Refused++;
                continue;
            }

            Answered++;
            Reasons[inspection.ReasonCode] = Reasons.GetValueOrDefault(inspection.ReasonCode) + 1;
        }
    }
}
