using AnomalyLine.Camera.Configuration;
using AnomalyLine.Camera.Sending;
using AnomalyLine.Camera.Sources;
using AnomalyLine.Client;
using AnomalyLine.Contracts.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace AnomalyLine.Camera.Running;

/// <summary>
/// One camera: a thread takes frames from its source at the source's pace whatever the server does, and opens it anew where it failed; a stream sends them. Where more wait than the buffer holds, frames are dropped and counted,
/// as a camera with a full buffer does.
/// </summary>
/// <param name="camera">What it does.</param>
/// <param name="client">The server.</param>
/// <param name="server">Its address.</param>
/// <param name="log">Tells people.</param>
/// <param name="patience">How long to go on trying while the server does not answer; null for ever.</param>
/// <param name="time">The clock.</param>
internal sealed class CameraRun(CameraSettings camera, InspectionService.InspectionServiceClient client, ServerAddress server, CameraLog log, TimeSpan? patience, TimeProvider time) : IDisposable
{
    /// <summary>A camera that is gone is looked for this often: it is to judge again seconds after it is back.</summary>
    private static readonly TimeSpan s_reopenEvery = TimeSpan.FromMilliseconds(500);

    private readonly Outbox _outbox = new(camera.Buffer);
    private readonly FramePace _pace = new(camera, time);
    private Sender? _sender;
    private volatile IFrameSource? _source;
    private ulong _number;

    /// <summary>What it does.</summary>
    public CameraSettings Camera => camera;

    /// <summary>What came of it so far.</summary>
    public CameraTally Tally { get; } = new();

    /// <summary>What is wrong with the source now; null where it gives frames.</summary>
    public string? SourceFault { get; private set; } = "is not open yet";

    /// <summary>Whether the server answers.</summary>
    public bool IsConnected => _sender?.IsConnected ?? false;

    /// <summary>Frames that wait for their answer.</summary>
    public int Waiting => _outbox.Count;

    /// <summary>Runs until all frames have their answer, or until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var start = time.GetTimestamp();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _sender = new Sender(_outbox, client, server, Tally, log, patience, time);
        var taking = Task.Factory.StartNew(() => Take(ended.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            // A file that is not there is told before a server that is not.
            if (!camera.Source.IsLive) await _outbox.First.WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _sender.RunAsync(cancel);
        }
        finally
        {
            await ended.CancelAsync();
            await taking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Tally.Unanswered = _outbox.Count;
            Tally.Seconds = time.GetElapsedTime(start).TotalSeconds;
        }

        if (!cancel.IsCancellationRequested) await taking;
    }

    /// <summary>Asks the camera for a frame.</summary>
    /// <returns>What is wrong; null where it was asked.</returns>
    public string? Trigger() => _source is { } source ? source.Trigger() : "is not open now";

    /// <inheritdoc/>
    public void Dispose() => _outbox.Dispose();

    /// <summary>Takes frames, on a thread of its own: sources block.</summary>
    private void Take(CancellationToken cancel)
    {
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                try
                {
                    TakeAll(cancel);
                    return;
                }
                catch (SourceException failure) when (camera.Source.IsLive)
                {
                    if (SourceFault != failure.Message) log.Trouble(failure.Message);
                    SourceFault = failure.Message;
                }

                Pause(s_reopenEvery, cancel);
                Tally.Reopened++;
            }
        }
        finally
        {
            _outbox.Complete();
        }
    }

    /// <summary>Opens the source and takes what it gives, to its end.</summary>
    private void TakeAll(CancellationToken cancel)
    {
        using var source = OpenSource.Of(camera, Tally, log, time);
        _source = source;
        using var trigger = _pace.TriggerEvery is { } every ? time.CreateTimer(_ => TriggerOrTell(source), null, every, every) : null;
        try
        {
            while (camera.Count is not { } count || _number < (ulong)count)
            {
                Pause(_pace.UntilNext(), cancel);
                if (cancel.IsCancellationRequested || source.Read(cancel) is not { } frame) return;
                if (SourceFault is not null && Tally.Reopened > 0) log.Trouble($"{camera.Source}: gives frames.");
                SourceFault = null;
                if (_pace.Skips())
                {
                    frame.Frame?.Recycle();
                    Tally.Skipped++;
                    continue;
                }

                _number++;
                Tally.Taken++;
                Tally.Dropped += _outbox.Add(ToShot(frame));
            }
        }
        finally
        {
            _source = null;
        }
    }

    private void TriggerOrTell(IFrameSource source)
    {
        if (source.Trigger() is { } wrong) log.Trouble($"software trigger: {wrong}");
    }

    private Shot ToShot(SourceFrame taken)
    {
        var wire = taken.Frame is not { } frame ? new Contracts.V1.Frame { TransportFault = taken.Fault } : new Contracts.V1.Frame
        {
            PixelFormat = (PixelFormat)frame.Format,
            Width = (uint)frame.Width,
            Height = (uint)frame.Height,
            StrideBytes = (uint)frame.Stride,
            Data = UnsafeByteOperations.UnsafeWrap(frame.Data),
            SignificantBits = (uint)frame.SignificantBits,
        };
        wire.CaptureTime = taken.CaptureTime.ToTimestamp();
        var request = new InspectRequest
        {
            RequestId = _number,
            Station = camera.Station,
            PartId = taken.PartId,
            ProductId = camera.Product,
            Frame = wire,
            Deadline = camera.Deadline is { } deadline ? Duration.FromTimeSpan(deadline) : null,
        };
        return new Shot(request, taken.Frame, time.GetTimestamp());
    }

    private void Pause(TimeSpan pause, CancellationToken cancel)
    {
        // This thread is the camera's own.
        if (pause > TimeSpan.Zero) Task.Delay(pause, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
    }
}
