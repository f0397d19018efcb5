using AnomalyLine.Server.Options;
using AnomalyLine.Vision.Data;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Demo;

/// <summary>A simulated camera over a line: sends rendered parts through the real gRPC endpoint.</summary>
internal sealed partial class DemoCamera(DemoOptions demo, AnomalyLineOptions options, TimeProvider time, ILogger<DemoCamera> logger)
{
    private static readonly PartDefect[] s_defects = System.Enum.GetValues<PartDefect>();

    /// <summary>Sends a part at a time until it is stopped; connects again where the connection breaks.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="number">Number of the camera: each sees other parts.</param>
    /// <param name="stopping">Stops it.</param>
    public async Task RunAsync(string station, int number, CancellationToken stopping)
    {
        using var channel = GrpcChannel.ForAddress(FormattableString.Invariant($"http://{options.LocalAddress}:{options.GrpcPort}"));
        var client = new Wire.InspectionService.InspectionServiceClient(channel);
        // No part twice: the seeds go on from the time of the start.
        var seed = unchecked(((int)time.GetUtcNow().ToUnixTimeSeconds() * 2) + number);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                seed = await StreamAsync(client, station, seed, stopping);
            }
            catch (RpcException broken) when (!stopping.IsCancellationRequested)
            {
                LogBroken(station, broken.Status.Detail);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stopping);
            }
        }
    }

    private async Task<int> StreamAsync(Wire.InspectionService.InspectionServiceClient client, string station, int seed, CancellationToken stopping)
    {
        using var call = client.Inspect(cancellationToken: stopping);
        var answers = ReadAsync(call.ResponseStream, stopping);
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1 / demo.PartsPerSecond), time);
        for (ulong id = 1; await pace.WaitForNextTickAsync(stopping); id++)
        {
            seed = unchecked(seed + 7919);
            await call.RequestStream.WriteAsync(CreateRequest(station, id, seed), stopping);
            if (answers.IsCompleted) await answers;
        }

        return seed;
    }

    private Wire.InspectRequest CreateRequest(string station, ulong id, int seed)
    {
        var random = new Random(seed);
        PartDefect? defect = random.NextDouble() < demo.DefectRate ? s_defects[random.Next(s_defects.Length)] : null;
        var part = SyntheticParts.Render(seed, demo.FrameSize, demo.FrameSize, defect);
        return new Wire.InspectRequest
        {
            RequestId = id,
            Station = station,
            PartId = FormattableString.Invariant($"{(defect is { } planted ? SyntheticParts.NameOf(planted) : "good")}-{(uint)seed:x8}"),
            Frame = new Wire.Frame
            {
                Width = (uint)part.Width,
                Height = (uint)part.Height,
                PixelFormat = Wire.PixelFormat.Bgr8,
                Data = UnsafeByteOperations.UnsafeWrap(part.Bgr),
                CaptureTime = time.GetUtcNow().ToTimestamp(),
            },
        };
    }

    private async Task ReadAsync(IAsyncStreamReader<Wire.InspectResponse> answers, CancellationToken stopping)
    {
        while (await answers.MoveNext(stopping))
        {
            if (answers.Current.Error is { } error) LogRefused(error.Code, error.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The camera of {Station} lost its connection: {Reason}")]
    private partial void LogBroken(string station, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A frame was refused with {Code}: {Reason}")]
    private partial void LogRefused(string code, string reason);
}
