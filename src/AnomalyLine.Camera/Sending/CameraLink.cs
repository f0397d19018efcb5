using AnomalyLine.Client;
using AnomalyLine.Contracts.V1;
using Grpc.Core;

namespace AnomalyLine.Camera.Sending;

/// <summary>A camera's second stream, beside that of its frames: tells the server every second how the camera is, and takes triggers from it. Frames need none of it: what goes wrong here ends nothing.</summary>
/// <param name="client">The server.</param>
/// <param name="status">How the camera is now.</param>
/// <param name="trigger">Has it take a frame; gives what is wrong, or null.</param>
/// <param name="log">Tells people.</param>
/// <param name="time">The clock.</param>
internal sealed class CameraLink(CameraService.CameraServiceClient client, Func<CameraStatus> status, Func<string?> trigger, CameraLog log, TimeProvider time)
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    /// <summary>One stream after the other, until it is cancelled or the server is one that knows no such stream.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var backOff = new BackOff(time);
        var told = "";
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await StreamAsync(backOff, cancel);
            }
            catch (Exception stop) when (cancel.IsCancellationRequested && stop is OperationCanceledException or RpcException)
            {
                return;
            }
            catch (RpcException failure) when (failure.StatusCode == StatusCode.Unimplemented)
            {
                return;
            }
            catch (RpcException failure)
            {
                // A server that is away is told by the stream of frames.
                if (failure.StatusCode is StatusCode.PermissionDenied or StatusCode.InvalidArgument or StatusCode.ResourceExhausted && failure.Status.Detail != told)
                {
                    told = failure.Status.Detail;
                    log.Trouble($"the server cannot trigger or show it: {RpcFailure.Describe(failure)}");
                }
            }

            await backOff.WaitAsync(cancel);
        }
    }

    private async Task StreamAsync(BackOff backOff, CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var call = client.AttachCamera(cancellationToken: cancel);
        using var writing = new SemaphoreSlim(1);
        var telling = TellAsync();
        try
        {
            await foreach (var asked in call.ResponseStream.ReadAllAsync(cancel))
            {
                backOff.Reset();
                await WriteAsync(new AttachCameraRequest { Result = new TriggerResult { TriggerId = asked.TriggerId, Refusal = trigger() ?? "" } });
            }
        }
        finally
        {
            await ended.CancelAsync();
            await telling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task TellAsync()
        {
            using var timer = new PeriodicTimer(s_every, time);
            do await WriteAsync(new AttachCameraRequest { Status = status() });
            while (await timer.WaitForNextTickAsync(ended.Token));
        }

        async Task WriteAsync(AttachCameraRequest request)
        {
            await writing.WaitAsync(ended.Token);
            try
            {
                await call.RequestStream.WriteAsync(request, ended.Token);
            }
            finally
            {
                writing.Release();
            }
        }
    }
}
