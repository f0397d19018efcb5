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
/// <param name="client">The server's calls for frames.</param>
/// <param name="link">The server's calls for cameras.</param>
/// <param name="server">Its address.</param>
/// <param name="log">Tells people.</param>
/// <param name="patience">How long to go on trying while the server does not answer; null for ever.</param>
/// <param name="time">The clock.</param>
internal sealed class CameraRun(
    CameraSettings camera, InspectionService.InspectionServiceClient client, CameraService.CameraServiceClient link, ServerAddress server, CameraLog log, TimeSpan? patience, TimeProvider time)
    : IDisposable
{
    /// <summary>A camera that is gone is looked for this often: it is to judge again seconds after it is back.</summary>
    private static readonly TimeSpan s_reopenEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>Triggers of a file or a picture that may wait for their frame.</summary>
    private const int MostAsked = 16;

    private readonly Outbox _outbox = new(camera.Buffer);
    private readonly FramePace _pace = new(camera, time);
    private readonly SemaphoreSlim _asked = new(0, MostAsked);
    private Sender? _sender;
    private volatile IFrameSource? _source;
    private ulong _number;
    private long _lastFrame;

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
        var attached = new CameraLink(link, Status, Trigger, log, time).RunAsync(ended.Token);
        _sender = new Sender(_outbox, client, server, Tally, log, patience, time);
        var taking = Task.Factory.StartNew(() => Take(ended.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            // A file that is not there is told before a server that is not.
            if (!camera.Source.IsLive && !camera.IsTriggered) await _outbox.First.WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _sender.RunAsync(cancel);
        }
        finally
        {
            await ended.CancelAsync();
            await taking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await attached;
            Tally.Unanswered = _outbox.Count;
            Tally.Seconds = time.GetElapsedTime(start).TotalSeconds;
        }

        if (!cancel.IsCancellationRequested) await taking;
    }

    /// <summary>Asks the camera for a frame.</summary>
    /// <returns>What is wrong; null where it was asked.</returns>
    public string? Trigger()
    {
        if (_source is not { } source) return "is not open now";
        if (!camera.IsTriggered) return source.Trigger();
        try
        {
            _asked.Release();
            return null;
        }
        catch (SemaphoreFullException)
        {
            return $"has {MostAsked} triggers that wait for their frame; trigger more slowly";
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _outbox.Dispose();
        _asked.Dispose();
    }

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

        // One that waits for a trigger is well without a frame.
        if (camera.Trigger != TriggerMode.FreeRun) GivesFrames();
        using var trigger = _pace.TriggerEvery is { } every ? time.CreateTimer(_ => TriggerOrTell(), null, every, every) : null;
        try
        {
            while (camera.Count is not { } count || _number < (ulong)count)
            {
                if (camera.IsTriggered) WaitUntilAsked(cancel);
                else Pause(_pace.UntilNext(), cancel);
                if (cancel.IsCancellationRequested || source.Read(cancel) is not { } frame) return;
                GivesFrames();
                if (_pace.Skips())
                {
                    frame.Frame?.Recycle();
                    Tally.Skipped++;
                    continue;
                }

                _number++;
                Tally.Taken++;
                Interlocked.Exchange(ref _lastFrame, time.GetTimestamp());
                Tally.Dropped += _outbox.Add(ToShot(frame));
            }
        }
        finally
        {
            _source = null;
        }
    }

    private void GivesFrames()
    {
        if (SourceFault is not null && Tally.Reopened > 0) log.Trouble($"{camera.Source}: gives frames.");
        SourceFault = null;
    }

    private void TriggerOrTell()
    {
        if (Trigger() is { } wrong) log.Trouble($"software trigger: {wrong}");
    }

    /// <summary>What the server is told of it.</summary>
    private CameraStatus Status()
    {
        var last = Interlocked.Read(ref _lastFrame);
        var status = new CameraStatus
        {
            Name = camera.Name,
            Station = camera.Station,
            Source = camera.Source.ToString(),
            Trigger = camera.Trigger switch { TriggerMode.Software => CameraTrigger.Software, TriggerMode.Hardware => CameraTrigger.Hardware, _ => CameraTrigger.FreeRun },
            Fault = SourceFault ?? "",
            Waiting = (uint)Waiting,
            SinceLastFrame = last == 0 ? null : Duration.FromTimeSpan(time.GetElapsedTime(last)),
        };
        Tally.Fill(status);
        return status;
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

        // Frames that were lost on the way from the camera, and whatever passed while it was opened anew, leave a gap; those that are dropped later leave their numbers.
        wire.Number = _number + (ulong)(Tally.Lost + Tally.Reopened);
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

    /// <summary>Waits for a trigger of a file or a picture.</summary>
    private void WaitUntilAsked(CancellationToken cancel)
    {
        // This thread is the camera's own.
        _asked.WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
    }

    private void Pause(TimeSpan pause, CancellationToken cancel)
    {
        // This thread is the camera's own.
        if (pause > TimeSpan.Zero) Task.Delay(pause, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
    }
}
