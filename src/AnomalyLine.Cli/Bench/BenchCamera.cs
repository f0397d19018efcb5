using AnomalyLine.Contracts.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace AnomalyLine.Cli.Bench;

/// <summary>
/// One camera of a load that does not wait for answers: frame k is due at its phase plus k / rate, and its latency counts from then, not from when it could be sent. A server that stalls thus
/// shows in every frame that was due meanwhile (no coordinated omission).
/// </summary>
internal sealed class BenchCamera(BenchOptions options, string station, ByteString pixels, ServerAddress server, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What came of the frames that count.</summary>
    public BenchTally Tally { get; } = new();

    /// <summary>Runs to the end of the load, and waits at most 10 s for the last answers.</summary>
    /// <param name="start">Timestamp of the load's begin.</param>
    /// <param name="phase">What this camera is behind it, so that not all cameras expose at once.</param>
    /// <param name="cancel">Ends it early.</param>
    /// <exception cref="RpcException">The connection broke: there is no result then.</exception>
    public async Task RunAsync(long start, TimeSpan phase, CancellationToken cancel)
    {
        using var channel = ServerChannel.Open(server);
        using var call = new InspectionService.InspectionServiceClient(channel).Inspect(cancellationToken: cancel);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var receiving = ReceiveAsync(call.ResponseStream, start, phase, limit.Token);
        var total = options.WarmUp + options.Length;
        ulong number = 0;
        for (var due = phase; due < total && !receiving.IsCompleted; due = Due(phase, ++number))
        {
            var wait = due - time.GetElapsedTime(start);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancel);
            if (due >= options.WarmUp) Tally.Sent++;
            await call.RequestStream.WriteAsync(Request(number), cancel);
        }

        if (!receiving.IsCompleted) await call.RequestStream.CompleteAsync();
        limit.CancelAfter(Patience);
        await receiving;
    }

    private async Task ReceiveAsync(IAsyncStreamReader<InspectResponse> answers, long start, TimeSpan phase, CancellationToken cancel)
    {
        try
        {
            await foreach (var answer in answers.ReadAllAsync(cancel))
            {
                var due = Due(phase, answer.RequestId);
                if (due >= options.WarmUp) Tally.Count(answer, (time.GetElapsedTime(start) - due).TotalMilliseconds);
            }
        }
        catch (Exception late) when (cancel.IsCancellationRequested && late is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            // What has not come by now counts as not answered.
        }
    }

    private TimeSpan Due(TimeSpan phase, ulong number) => phase + TimeSpan.FromSeconds(number / options.Rate);

    private InspectRequest Request(ulong number) => new()
    {
        RequestId = number,
        Station = station,
        PartId = $"bench-{number}",
        Frame = new Frame
        {
            PixelFormat = options.Mono ? PixelFormat.Mono8 : PixelFormat.Bgr8,
            Width = (uint)options.Width,
            Height = (uint)options.Height,
            Data = pixels,
            CaptureTime = time.GetUtcNow().ToTimestamp(),
        },
        Deadline = options.Deadline is { } deadline ? Duration.FromTimeSpan(deadline) : null,
    };
}
