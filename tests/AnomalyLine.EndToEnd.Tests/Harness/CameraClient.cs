using System.Diagnostics;
using AnomalyLine.Contracts.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace AnomalyLine.EndToEnd.Tests.Harness;

/// <summary>A camera at a fixed rate: keeps its rate whatever happens, connects again where the connection breaks, sends no frame twice, and keeps the books.</summary>
internal sealed class CameraClient(ServerProcess server, string station, double framesPerSecond, IReadOnlyList<Frame> frames)
{
    private static readonly TimeSpan s_answerLimit = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private readonly List<SentFrame> _sent = [];
    private readonly List<ReceivedAnswer> _answers = [];

    public string Station { get; } = station;

    /// <summary>What it sees, one after the other, from the start again at the end.</summary>
    public IReadOnlyList<Frame> Frames { get; set; } = frames;

    /// <summary>Frames that were due while there was no connection.</summary>
    public int Unsent { get; private set; }

    public IReadOnlyList<SentFrame> Sent
    {
        get
        {
            lock (_gate) return [.. _sent];
        }
    }

    public IReadOnlyList<ReceivedAnswer> Answers
    {
        get
        {
            lock (_gate) return [.. _answers];
        }
    }

    /// <summary>Lets frames come due, and waits for the answers to those that were sent.</summary>
    /// <param name="isDue">Whether a frame of this number, 1, 2, 3, …, comes; the first that does not ends it.</param>
    /// <param name="cancel">Breaks it off.</param>
    public async Task RunAsync(Func<int, bool> isDue, CancellationToken cancel)
    {
        using var channel = server.OpenChannel();
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1 / framesPerSecond));
        var stream = new Stream(channel, this, cancel);
        for (var id = 1; isDue(id); id++)
        {
            if (!await stream.TrySendAsync(CreateRequest((ulong)id)))
            {
                Unsent++;
                await stream.CloseAsync(TimeSpan.Zero);
                stream = new Stream(channel, this, cancel);
            }

            await pace.WaitForNextTickAsync(cancel);
        }

        await stream.CloseAsync(s_answerLimit);
    }

    private InspectRequest CreateRequest(ulong id) => new()
    {
        RequestId = id,
        Station = Station,
        PartId = FormattableString.Invariant($"{Station}-{id:00000}"),
        Frame = Frames[(int)(id % (ulong)Frames.Count)],
    };

    /// <summary>One connection's call.</summary>
    private sealed class Stream
    {
        private readonly AsyncDuplexStreamingCall<InspectRequest, InspectResponse> _call;
        private readonly CameraClient _camera;
        private readonly CancellationToken _cancel;
        private readonly Task _reading;

        public Stream(GrpcChannel channel, CameraClient camera, CancellationToken cancel)
        {
            _camera = camera;
            _cancel = cancel;
            _call = new InspectionService.InspectionServiceClient(channel).Inspect(cancellationToken: cancel);
            _reading = ReadAsync();
        }

        public async Task<bool> TrySendAsync(InspectRequest request)
        {
            if (_reading.IsCompleted) return false;
            try
            {
                await _call.RequestStream.WriteAsync(request, _cancel);
            }
            catch (Exception broken) when (broken is RpcException or InvalidOperationException or IOException && !_cancel.IsCancellationRequested)
            {
                return false;
            }

            lock (_camera._gate) _camera._sent.Add(new SentFrame(request.RequestId, request.PartId));
            return true;
        }

        /// <summary>Says that no more frames come, and waits for the answers.</summary>
        public async Task CloseAsync(TimeSpan limit)
        {
            if (limit > TimeSpan.Zero && !_reading.IsCompleted)
            {
                await _call.RequestStream.CompleteAsync();
                await _reading.WaitAsync(limit, _cancel);
            }

            _call.Dispose();
            await _reading;
        }

        private async Task ReadAsync()
        {
            try
            {
                while (await _call.ResponseStream.MoveNext(CancellationToken.None))
                {
                    var answer = new ReceivedAnswer(_call.ResponseStream.Current, Stopwatch.GetTimestamp());
                    lock (_camera._gate) _camera._answers.Add(answer);
                }
            }
            catch (RpcException) when (!_cancel.IsCancellationRequested)
            {
                // The connection broke; the camera notices with the next frame.
            }
        }
    }
}
