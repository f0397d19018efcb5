using System.Collections.Concurrent;
using AnomalyLine.Demo;
using AnomalyLine.Demo.Parts;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Options;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Demo;

/// <summary>A simulated camera over a line: sends rendered parts through the real gRPC endpoint.</summary>
internal sealed partial class DemoCamera(DemoOptions demo, AnomalyLineOptions options, AccessControl access, TimeProvider time, ILogger<DemoCamera> logger)
{
    private const int Parts = 400;
    private const int InFlight = 2;

    /// <summary>Far from the seeds that the training parts follow from.</summary>
    private const int FirstSeed = 1_000_000;

    private static readonly PartDefect[] s_defects = System.Enum.GetValues<PartDefect>();

    private readonly ConcurrentDictionary<int, RenderedPart> _parts = new();

    /// <summary>Sends a part at a time until it is stopped; connects again where the connection breaks.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="number">Number of the camera: each starts with other parts.</param>
    /// <param name="stopping">Stops it.</param>
    public async Task RunAsync(string station, int number, CancellationToken stopping)
    {
        using var channel = GrpcChannel.ForAddress(FormattableString.Invariant($"http://{options.LocalAddress}:{options.GrpcPort}"));
        var client = new Wire.InspectionService.InspectionServiceClient(channel);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await StreamAsync(client, station, number * Parts / demo.Stations.Count, stopping);
            }
            catch (RpcException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception broken) when (broken is RpcException or IOException or InvalidOperationException)
            {
                // A write to a stream that has just ended fails in one of three ways, by where it was.
                LogBroken(station, broken.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stopping);
            }
        }
    }

    private async Task StreamAsync(Wire.InspectionService.InspectionServiceClient client, string station, int first, CancellationToken stopping)
    {
        using var call = client.Inspect(new Metadata { { "authorization", $"Bearer {access.DemoCameraKey}" } }, cancellationToken: stopping);
        using var slots = new SemaphoreSlim(InFlight);
        var answers = ReadAsync(call.ResponseStream, slots, stopping);
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1 / demo.PartsPerSecond), time);
        for (var id = 1; await pace.WaitForNextTickAsync(stopping); id++)
        {
            // A slow machine gets fewer parts, not late verdicts.
            await Task.WhenAny(answers, slots.WaitAsync(stopping));
            if (answers.IsCompleted) await answers;
            await call.RequestStream.WriteAsync(CreateRequest(station, id, _parts.GetOrAdd((first + id) % Parts, Render)), stopping);
        }
    }

    /// <summary>Rendering costs more than judging: each part is rendered once and passes again after some minutes.</summary>
    private RenderedPart Render(int number)
    {
        var random = new Random(number);
        PartDefect? defect = random.NextDouble() < demo.DefectRate ? s_defects[random.Next(s_defects.Length)] : null;
        return SyntheticParts.Render(FirstSeed + number, demo.FrameSize, demo.FrameSize, defect);
    }

    private Wire.InspectRequest CreateRequest(string station, int id, RenderedPart part) => new()
    {
        RequestId = (ulong)id,
        Station = station,
        PartId = FormattableString.Invariant($"{(part.Defect is { } planted ? SyntheticParts.NameOf(planted) : "good")}-{id:00000}"),
        Frame = new Wire.Frame
        {
            Width = (uint)part.Width,
            Height = (uint)part.Height,
            PixelFormat = Wire.PixelFormat.Bgr8,
            Data = UnsafeByteOperations.UnsafeWrap(part.Bgr),
            CaptureTime = time.GetUtcNow().ToTimestamp(),
        },
    };

    private async Task ReadAsync(IAsyncStreamReader<Wire.InspectResponse> answers, SemaphoreSlim slots, CancellationToken stopping)
    {
        while (await answers.MoveNext(stopping))
        {
            slots.Release();
            if (answers.Current.Error is { } error) LogRefused(error.Code, error.Message);
        }
    }

    [LoggerMessage(EventId = 107, Level = LogLevel.Warning, Message = "The camera of {Station} lost its connection: {Reason}")]
    private partial void LogBroken(string station, string reason);

    [LoggerMessage(EventId = 108, Level = LogLevel.Warning, Message = "A frame was refused with {Code}: {Reason}")]
    private partial void LogRefused(string code, string reason);
}
