using AnomalyLine.Inspection;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Memory;
using AnomalyLine.Server.Observability;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>
/// One camera's stream: reads frames without waiting for earlier answers, and answers in order of completion. A slot per frame, held until its answer is
/// written, bounds the memory of a camera that sends faster than it is judged or reads slower than it is answered.
/// </summary>
internal sealed class CameraStream(
    Line line, ConnectedCameras cameras, ServerMetrics metrics, MemoryBudget memory, ProcessPulse pulse, TimeProvider time, IServerStreamWriter<Wire.InspectResponse> answers, int slots,
    int mostBytes, Identity? who, FrameRefusals refusals)
    : IDisposable
{
    /// <summary>Largest message: any frame that there can be, and what is around it. A frame above this server's own limit is read past, so that those behind it are not lost.</summary>
    public const int MaxMessageBytes = Imaging.Frame.MaxBytes + (4 * 1024 * 1024);

    private readonly CallerShare _share = memory.ShareOf(who?.Words ?? "");
    private readonly SemaphoreSlim _slots = new(slots);
    private readonly SemaphoreSlim _writing = new(1);
    private readonly CancellationTokenSource _broken = new();
    private readonly HashSet<string> _stations = new(StringComparer.Ordinal);
    private Exception? _failure;
    private FrameRefusal? _end;

    /// <summary>Answers every frame; returns when all that were read are answered.</summary>
    /// <param name="requests">The frames.</param>
    /// <param name="call">Ends when the caller withdraws the call: frames without a result are withdrawn too.</param>
    /// <param name="stopping">Ends the reading; frames that were read are still answered.</param>
    public async Task RunAsync(IAsyncStreamReader<FrameRequest> requests, CancellationToken call, CancellationToken stopping)
    {
        var last = time.GetTimestamp();
        var caughtUp = 0L;
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(call, stopping, _broken.Token);
        try
        {
            while (true)
            {
                // What is there before it is asked for came while the one before waited for a slot, or even earlier than that: the deadline counts
                // from then.
                await _share.WaitAsync(reading.Token);
                var asked = time.GetTimestamp();
                var next = requests.MoveNext(reading.Token);
                var hasWaited = next.IsCompleted;
                if (!await next) break;
                var came = requests.Current.ReadAt is { } read ? pulse.Arrival(read, asked, ref caughtUp) : asked;
                requests.Current.Arrival = hasWaited ? Math.Min(last, came) : came;
                last = time.GetTimestamp();
                var arrival = time.GetUtcNow();
                _share.Enter(requests.Current.Held);
                await WaitForSlotAsync(requests.Current, reading.Token);
                if (requests.Current.Refusal is { } refusal) refusals.Note(refusal);
                if (MaySend(requests.Current.Message.Station)) Announce(requests.Current.Message.Station);
                _ = AnswerAsync(requests.Current, arrival, call);
            }
        }
        catch (OperationCanceledException) when (!call.IsCancellationRequested)
        {
            // The server stops, or an answer could not be made: told below, once the frames that were read have their answers.
        }
        catch (RpcException tooLarge) when (tooLarge.StatusCode == StatusCode.ResourceExhausted)
        {
            _end = tooLarge.Trailers.GetValue(LineErrors.RetryTrailer) is null ? FrameRefusal.MessageTooLarge(MaxMessageBytes) : FrameRefusal.MemoryShortForMessage;
            refusals.Note(_end);
        }
        finally
        {
            // All slots back means that every frame has its answer.
            for (var i = 0; i < slots; i++) await _slots.WaitAsync(CancellationToken.None);
            foreach (var station in _stations) cameras.Leave(station);
        }

        if (_failure is { } failure) throw new InvalidOperationException("A frame's answer could not be made.", failure);
        if (_end is not null) throw LineErrors.Failure(StatusCode.ResourceExhausted, _end.Word, _end.Text);
        if (stopping.IsCancellationRequested) throw LineErrors.Failure(StatusCode.Unavailable, "stopping", "The server is stopping; connect again.");
    }

    public void Dispose()
    {
        _broken.Dispose();
        _slots.Dispose();
        _writing.Dispose();
    }

    private async Task WaitForSlotAsync(FrameRequest request, CancellationToken reading)
    {
        try
        {
            await _slots.WaitAsync(reading);
        }
        catch (OperationCanceledException)
        {
            Leave(request);
            throw;
        }
    }

    /// <summary>Gives back the memory that a frame was taken with: what is kept of it from here on is evidence, which has its own bounds.</summary>
    private void Leave(FrameRequest request)
    {
        memory.Exit(request.Held);
        _share.Exit(request.Held);
    }

    /// <summary>A station's camera is connected from its first frame on; names that are no stations are not kept.</summary>
    private void Announce(string station)
    {
        if (_stations.Contains(station) || line.GetStation(station).Error is not null) return;
        _stations.Add(station);
        cameras.Enter(station);
    }

    /// <summary>Whether the camera's key is for this station.</summary>
    private bool MaySend(string station) => who is null || who.Stations.Count == 0 || who.Stations.Contains(station);

    private async Task AnswerAsync(FrameRequest request, DateTimeOffset arrival, CancellationToken call)
    {
        try
        {
            if (request.Refusal is { HasStation: false } refusal)
            {
                await WriteAsync(new Wire.InspectResponse { RequestId = request.Message.RequestId, Error = new Wire.InspectError { Code = refusal.Word, Message = refusal.Text } }, call);
                return;
            }

            if (!MaySend(request.Message.Station))
            {
                request.Pixels?.Recycle();
                Leave(request);
                var text = $"{who!.Words} may send frames of {string.Join(", ", who.Stations)} only, not of \"{request.Message.Station}\".";
                await WriteAsync(new Wire.InspectResponse { RequestId = request.Message.RequestId, Error = new Wire.InspectError { Code = LineErrors.Word(LineErrorCode.RoleMissing), Message = text } }, call);
                return;
            }

            var outcome = await JudgeAsync(request, arrival, call);
            var answer = new Wire.InspectResponse { RequestId = request.Message.RequestId };
            if (outcome.TryGet(out var record, out var error)) answer.Inspection = record.ToWire();
            else answer.Error = new Wire.InspectError { Code = LineErrors.Word(error.Code), Message = error.Message };
            if (record is not null) metrics.Answered(record);
            await WriteAsync(answer, call);
        }
        catch (Exception failure) when (call.IsCancellationRequested && failure is OperationCanceledException or InvalidOperationException or IOException)
        {
            // The caller is gone; the inspection is in the log all the same.
        }
        catch (Exception failure)
        {
            // A bug: it ends the call.
            _failure = failure;
            await _broken.CancelAsync();
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<Outcome<InspectionRecord>> JudgeAsync(FrameRequest request, DateTimeOffset arrival, CancellationToken call)
    {
        try
        {
            return await line.InspectAsync(request.ToInspectionRequest(arrival, mostBytes), call);
        }
        finally
        {
            Leave(request);
        }
    }

    private async Task WriteAsync(Wire.InspectResponse answer, CancellationToken call)
    {
        await _writing.WaitAsync(call);
        try
        {
            await answers.WriteAsync(answer, call);
        }
        finally
        {
            _writing.Release();
        }
    }
}
