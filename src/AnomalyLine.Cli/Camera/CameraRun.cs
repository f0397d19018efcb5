using System.Collections.Concurrent;
using System.Threading.Channels;
using AnomalyLine.Contracts.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace AnomalyLine.Cli.Camera;

/// <summary>
/// A camera: takes frames at a fixed rate whatever the server does, has several of them in flight, and after a lost connection sends those again
/// whose answer never came, but for one that was too large for the server. Beyond <see cref="MostWaiting"/> frames without an answer it drops new ones, as a camera with a full buffer does.
/// </summary>
internal sealed class CameraRun(CameraOptions options, InspectionService.InspectionServiceClient client, Output output, bool quiet, TimeProvider time)
{
    private const int MostWaiting = 128;
    private const string TooLarge = "message-too-large";
    private readonly ConcurrentDictionary<ulong, Shot> _waiting = new();
    private readonly Channel<Shot> _shots = Channel.CreateUnbounded<Shot>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>What came of it so far.</summary>
    public CameraTally Tally { get; } = new();

    /// <summary>Runs until all frames have their answer, or until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var start = time.GetTimestamp();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var shooting = Task.Run(() => ShootAsync(ended.Token), CancellationToken.None);
        try
        {
            await ConnectAsync(shooting, cancel);
        }
        finally
        {
            await ended.CancelAsync();
            await shooting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Tally.Unanswered = _waiting.Count;
            Tally.Seconds = time.GetElapsedTime(start).TotalSeconds;
        }

        if (!cancel.IsCancellationRequested) await shooting;
    }

    /// <summary>Takes the frames at their times.</summary>
    private async Task ShootAsync(CancellationToken cancel)
    {
        try
        {
            var start = time.GetTimestamp();
            ulong number = 0;
            foreach (var (partId, frame) in FrameSource.Frames(options, time, Tally))
            {
                var due = TimeSpan.FromSeconds(number / options.Rate) - time.GetElapsedTime(start);
                if (due > TimeSpan.Zero) await Task.Delay(due, time, cancel);
                cancel.ThrowIfCancellationRequested();
                number++;
                if (_waiting.Count >= MostWaiting) Tally.Dropped++;
                else Take(number, partId, frame);
                if ((long)number == options.Count) break;
            }
        }
        finally
        {
            _shots.Writer.Complete();
        }
    }

    private void Take(ulong number, string partId, Imaging.Frame frame)
    {
        var request = new InspectRequest
        {
            RequestId = number,
            Station = options.Station,
            PartId = partId,
            Frame = new Frame
            {
                PixelFormat = (PixelFormat)frame.Format,
                Width = (uint)frame.Width,
                Height = (uint)frame.Height,
                StrideBytes = (uint)frame.Stride,
                Data = UnsafeByteOperations.UnsafeWrap(frame.Data),
                CaptureTime = time.GetUtcNow().ToTimestamp(),
                SignificantBits = (uint)frame.SignificantBits,
            },
            Deadline = options.Deadline is { } deadline ? Duration.FromTimeSpan(deadline) : null,
        };
        var shot = new Shot(request, time.GetTimestamp());
        _waiting[number] = shot;
        _shots.Writer.TryWrite(shot);
        Tally.Taken++;
    }

    /// <summary>One connection after the other, until all is answered.</summary>
    private async Task ConnectAsync(Task shooting, CancellationToken cancel)
    {
        var backOff = new BackOff(time);
        while (!cancel.IsCancellationRequested && !(shooting.IsCompleted && _waiting.IsEmpty))
        {
            try
            {
                await StreamAsync(backOff, cancel);
            }
            catch (Exception stop) when (cancel.IsCancellationRequested && stop is OperationCanceledException or RpcException)
            {
                return;
            }
            catch (RpcException failure) when (IsPassing(failure) && backOff.Failing < options.Patience)
            {
                if (failure.Trailers.GetValue("error-code") is TooLarge) GiveUpLargest(failure);
                await output.Error.WriteLineAsync($"camera: {ExpectedFailure.Describe(failure)} Trying again in {backOff.Next.TotalSeconds:0.##} s; {_waiting.Count} frames wait for their answer.");
                await backOff.WaitAsync(cancel);
                Tally.Reconnections++;
            }
        }
    }

    /// <summary>Whether a new connection may help.</summary>
    private static bool IsPassing(RpcException failure) =>
        failure.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled or StatusCode.Aborted or StatusCode.Unknown or StatusCode.DeadlineExceeded
            or StatusCode.ResourceExhausted;

    /// <summary>The server ends a stream with a message above its limit and does not say which: if one of those that wait is, the largest is.</summary>
    private void GiveUpLargest(RpcException failure)
    {
        if (_waiting.Values.Where(shot => shot.IsSent).MaxBy(shot => shot.Request.Frame.Data.Length) is { } largest)
            Answer(new InspectResponse { RequestId = largest.Request.RequestId, Error = new InspectError { Code = TooLarge, Message = failure.Status.Detail } });
    }

    private async Task StreamAsync(BackOff backOff, CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var call = client.Inspect(cancellationToken: cancel);
        var sending = SendAsync(call.RequestStream, ended.Token);
        bool isAllSent;
        try
        {
            await foreach (var answer in call.ResponseStream.ReadAllAsync(cancel))
            {
                backOff.Reset();
                Answer(answer);
            }

            isAllSent = sending.IsCompletedSuccessfully;
        }
        finally
        {
            await ended.CancelAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!isAllSent || !_waiting.IsEmpty) throw new RpcException(new Status(StatusCode.Unavailable, "the server ended the stream"));
    }

    /// <summary>First what waits for its answer since an earlier connection, then what comes.</summary>
    private async Task SendAsync(IClientStreamWriter<InspectRequest> stream, CancellationToken cancel)
    {
        foreach (var shot in _waiting.Values.Where(shot => shot.IsSent).OrderBy(shot => shot.Request.RequestId).ToArray())
        {
            Tally.SentAgain++;
            await stream.WriteAsync(shot.Request, cancel);
        }

        await foreach (var shot in _shots.Reader.ReadAllAsync(cancel))
        {
            shot.IsSent = true;
            await stream.WriteAsync(shot.Request, cancel);
        }

        await stream.CompleteAsync();
    }

    private void Answer(InspectResponse answer)
    {
        if (!_waiting.TryRemove(answer.RequestId, out var shot)) return;
        var milliseconds = time.GetElapsedTime(shot.Taken).TotalMilliseconds;
        Tally.Count(answer, milliseconds);
        if (answer.Inspection is not { } inspection) output.Error.WriteLine($"camera: {shot.Request.PartId}: {answer.Error?.Message} ({answer.Error?.Code})");
        else if (!quiet) output.Result.WriteLine($"{InspectionText.Line(inspection)}, round trip {milliseconds:0.0} ms");
    }
}
