using AnomalyLine.Client;
using AnomalyLine.Contracts.V1;
using Grpc.Core;

namespace AnomalyLine.Camera.Sending;

/// <summary>
/// Sends what is in an outbox on one stream, several frames in flight, and pairs the answers. After a lost connection it sends those again whose answer never came, but for one that was too large for the
/// server: the server may have inspected those twice, and each has an inspection of its own.
/// </summary>
/// <param name="outbox">The frames.</param>
/// <param name="client">The server.</param>
/// <param name="server">Its address.</param>
/// <param name="tally">What came of it.</param>
/// <param name="log">Tells people.</param>
/// <param name="patience">How long to go on trying while the server does not answer; null for ever.</param>
/// <param name="time">The clock.</param>
internal sealed class Sender(Outbox outbox, InspectionService.InspectionServiceClient client, ServerAddress server, CameraTally tally, CameraLog log, TimeSpan? patience, TimeProvider time)
{
    private const string TooLarge = "message-too-large", SharedUnreadable = "shared-frame-unreadable";

    private bool _sharesMemory = true;

    /// <summary>Whether the server answers now: false from a lost connection to the next answer, true while nothing was asked.</summary>
    public bool IsConnected { get; private set; } = true;

    /// <summary>One connection after the other, until no more frames come and all are answered, or until it is cancelled.</summary>
    /// <exception cref="RpcException">The server does not take the stream, or has not answered for too long.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        var backOff = new BackOff(time);
        while (!cancel.IsCancellationRequested && !outbox.IsDone)
        {
            try
            {
                if (await StreamAsync(backOff, cancel)) return;
            }
            catch (Exception stop) when (cancel.IsCancellationRequested && stop is OperationCanceledException or RpcException)
            {
                return;
            }
            catch (RpcException failure) when (IsPassing(failure) && (patience is null || backOff.Failing < patience))
            {
                IsConnected = false;
                if (failure.Trailers.GetValue("error-code") is TooLarge) GiveUpLargest(failure);
                log.Trouble($"{RpcFailure.Describe(failure)} Trying again in {backOff.Next.TotalSeconds:0.##} s; {outbox.Count} frames wait for their answer.");
                await backOff.WaitAsync(cancel);
                tally.Reconnections++;
            }
        }
    }

    /// <summary>Whether a new connection may help. Where there is no end of patience, a key that is not known yet may be, too.</summary>
    private bool IsPassing(RpcException failure) =>
        failure.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled or StatusCode.Aborted or StatusCode.Unknown or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted
        || (patience is null && failure.StatusCode is StatusCode.Unauthenticated or StatusCode.PermissionDenied or StatusCode.Unimplemented);

    /// <summary>The server ends a stream with a message above its limit and does not say which: if one of those that wait is, the largest is.</summary>
    private void GiveUpLargest(RpcException failure)
    {
        if (outbox.Sent().MaxBy(shot => shot.Bytes) is not { } largest || outbox.Take(largest.Request.RequestId) is null) return;
        Count(largest, new InspectResponse { RequestId = largest.Request.RequestId, Error = new InspectError { Code = TooLarge, Message = failure.Status.Detail } });
    }

    /// <summary>One stream.</summary>
    /// <returns>Whether all is sent and answered.</returns>
    private async Task<bool> StreamAsync(BackOff backOff, CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var call = client.Inspect(cancellationToken: cancel);
        using var shared = new SharedSending(_sharesMemory ? server : null, time);
        var sending = SendAsync(call.RequestStream, shared, ended.Token);
        bool isAllSent;
        try
        {
            await foreach (var answer in call.ResponseStream.ReadAllAsync(cancel))
            {
                backOff.Reset();
                IsConnected = true;
                shared.Answered(answer.RequestId);
                if (answer.Error?.Code is SharedUnreadable)
                {
                    // Another server than the one that took the memory. This frame and those behind it go again, in messages.
                    _sharesMemory = false;
                    throw new RpcException(new Status(StatusCode.Unavailable, answer.Error.Message));
                }

                if (outbox.Take(answer.RequestId) is not { } shot) continue;
                Count(shot, answer);
                shot.Recycle();
            }

            isAllSent = sending.IsCompletedSuccessfully;
        }
        finally
        {
            await ended.CancelAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (isAllSent && outbox.Count == 0) return true;
        throw new RpcException(new Status(StatusCode.Unavailable, "the server ended the stream"));
    }

    /// <summary>First what waits for its answer since an earlier connection, then what comes.</summary>
    private async Task SendAsync(IClientStreamWriter<InspectRequest> stream, SharedSending shared, CancellationToken cancel)
    {
        foreach (var shot in outbox.Sent())
        {
            tally.SentAgain++;
            await WriteAsync(shot);
        }

        while (await outbox.NextAsync(cancel) is { } shot) await WriteAsync(shot);
        await stream.CompleteAsync();

        async Task WriteAsync(Shot shot)
        {
            var request = await shared.RequestOfAsync(shot, cancel);
            if (request.Frame.SharedData is not null) tally.Shared++;
            await stream.WriteAsync(request, cancel);
        }
    }

    private void Count(Shot shot, InspectResponse answer)
    {
        var milliseconds = time.GetElapsedTime(shot.Taken).TotalMilliseconds;
        tally.Count(answer, milliseconds);
        if (answer.Inspection is { } inspection) log.Answer($"{InspectionText.Line(inspection)}, round trip {milliseconds:0.0} ms");
        else log.Trouble($"{(shot.Request.PartId.Length > 0 ? shot.Request.PartId : $"frame {shot.Request.RequestId}")}: {answer.Error?.Message} ({answer.Error?.Code})");
    }
}
