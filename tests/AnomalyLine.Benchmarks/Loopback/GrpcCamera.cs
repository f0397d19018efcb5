using System.Collections.Concurrent;
using System.Diagnostics;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Sharing;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Benchmarks.Loopback;

/// <summary>Sends frames over one bidirectional gRPC stream on a connection of its own, and checks each verdict.</summary>
internal sealed class GrpcCamera : ICamera
{
    private readonly GrpcChannel _channel;
    private readonly Metadata _key;
    private readonly Wire.InspectRequest _request;

    private readonly ConcurrentDictionary<ulong, long> _sent = new(), _places = new();
    private readonly ReadOnlyMemory<byte> _pixels;
    private readonly SharedFrames? _shared;

    /// <param name="server">The server.</param>
    /// <param name="station">What it belongs to.</param>
    /// <param name="frame">A frame of MONO8 to send again and again.</param>
    /// <param name="isShared">Whether its pixels go through shared memory.</param>
    public GrpcCamera(ServerProcess server, string station, Frame frame, bool isShared = false)
    {
        var handler = new SocketsHttpHandler { InitialHttp2StreamWindowSize = 8 * 1024 * 1024, EnableMultipleHttp2Connections = true };
        _channel = GrpcChannel.ForAddress(server.Grpc, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        _key = server.Key;
        _request = new Wire.InspectRequest
        {
            Station = station,
            PartId = "part",
            Frame = new Wire.Frame
            {
                Width = (uint)frame.Width,
                Height = (uint)frame.Height,
                PixelFormat = Wire.PixelFormat.Mono8,
                Data = UnsafeByteOperations.UnsafeWrap(frame.Data),
            },
        };
        if (!isShared) return;
        _pixels = frame.Data;
        _shared = SharedFrames.TryOffer(new Uri(server.Grpc).Port, frame.Data.Length) ?? throw new InvalidOperationException("The server does not take shared memory.");
        _request.Frame.Data = ByteString.Empty;
        _request.Frame.SharedData = new Wire.SharedData { Memory = UnsafeByteOperations.UnsafeWrap(_shared.Name), Length = (uint)frame.Data.Length };
    }

    /// <summary>Where the time went at the server, of each frame so far.</summary>
    public List<Wire.Timings> Timings { get; } = [];

    /// <summary>Milliseconds from before a frame is written to its answer, of each frame so far.</summary>
    public List<double> RoundTripMs { get; } = [];

    public async Task<int> RunAsync(int inFlight, TimeSpan time)
    {
        using var call = new Wire.InspectionService.InspectionServiceClient(_channel).Inspect(_key);
        using var window = new SemaphoreSlim(inFlight);
        var receiving = ReceiveAsync(call.ResponseStream, window);
        var sent = 0;
        for (var start = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(start) < time; sent++)
        {
            await window.WaitAsync();
            if (receiving.IsCompleted) break;
            _request.RequestId = (ulong)sent;
            _sent[_request.RequestId] = Stopwatch.GetTimestamp();
            if (_shared is not null) _request.Frame.SharedData.Offset = (ulong)(_places[_request.RequestId] = await _shared.WriteAsync(_pixels, CancellationToken.None));
            await call.RequestStream.WriteAsync(_request);
        }

        await call.RequestStream.CompleteAsync();
        var answered = await receiving;
        return answered == sent ? sent : throw new InvalidOperationException($"{sent} frames were sent, but {answered} answered.");
    }

    public void Dispose()
    {
        _channel.Dispose();
        _shared?.Dispose();
    }

    private async Task<int> ReceiveAsync(IAsyncStreamReader<Wire.InspectResponse> answers, SemaphoreSlim window)
    {
        var count = 0;
        while (await answers.MoveNext(CancellationToken.None))
        {
            if (answers.Current.Inspection is not { Verdict: Wire.Verdict.Ok } inspection)
                throw new InvalidOperationException($"A frame was not judged Ok, so this would measure something else: {answers.Current}");
            if (_sent.TryRemove(answers.Current.RequestId, out var start)) RoundTripMs.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (_places.TryRemove(answers.Current.RequestId, out var place)) _shared!.Release(place);
            Timings.Add(inspection.Timings);
            count++;
            window.Release();
        }

        return count;
    }
}
