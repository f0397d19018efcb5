using AnomalyLine.Imaging;

namespace AnomalyLine.Inspection.Batching;

/// <summary>
/// A frame on its way to a decision. Detection, deadline, withdrawal and failure compete; the first one decides, the others are ignored.
/// Its stages are written by whoever has it at that moment, and read for the record after the decision.
/// </summary>
internal sealed class PendingInspection : IDisposable
{
    private readonly TaskCompletionSource<Decision> _decision = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;
    private readonly TimeSpan _deadline;
    private readonly TimeSpan _due;
    private readonly ITimer _timer;
    private long _preparedAt;

    public PendingInspection(Frame frame, Recipe recipe, TimeSpan deadline, TimeSpan margin, long arrival, TimeProvider time)
    {
        Frame = frame;
        Recipe = recipe;
        Arrival = arrival;
        FrameWidth = frame.Width;
        FrameHeight = frame.Height;
        _time = time;
        _deadline = deadline;
        _due = deadline - (margin < deadline / 2 ? margin : deadline / 2);
        var remaining = _due - time.GetElapsedTime(arrival);
        _timer = time.CreateTimer(
            static pending => ((PendingInspection)pending!).Expire(), this, remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    public Frame Frame { get; }

    public Recipe Recipe { get; }

    /// <summary>Timestamp of the frame's arrival.</summary>
    public long Arrival { get; }

    /// <summary>The frame as the model takes it; the owner of the moment disposes it.</summary>
    public PreparedFrame? Prepared { get; set; }

    public int FrameWidth { get; set; }

    public int FrameHeight { get; set; }

    /// <summary>Timestamp of the end of preparation, after which the frame's bytes are not read any more; 0 before.</summary>
    public long PreparedAt
    {
        get => Volatile.Read(ref _preparedAt);
        set => Volatile.Write(ref _preparedAt, value);
    }

    /// <summary>Timestamp of the model's start; 0 before.</summary>
    public long DetectAt { get; set; }

    /// <summary>Milliseconds of the model's work on the batch; 0 before its end.</summary>
    public double DetectMs { get; set; }

    /// <summary>Frames in the model together; 0 before.</summary>
    public int BatchSize { get; set; }

    public Task<Decision> Decided => _decision.Task;

    public bool IsDecided => _decision.Task.IsCompleted;

    /// <summary>Whether this decision was the first.</summary>
    public bool TryDecide(Decision decision) => _decision.TrySetResult(decision);

    /// <summary>Whether it is decided or its time is over; decides it in that case.</summary>
    public bool IsOver()
    {
        if (!IsDecided && _time.GetElapsedTime(Arrival) >= _due) Expire();
        return IsDecided;
    }

    public void Withdraw() => TryDecide(Decision.None(ReasonCode.Cancelled, "The caller withdrew the frame before there was a result."));

    /// <summary>The times up to now, without those that the detection carries, of judging and of logging.</summary>
    public Timings ToTimings()
    {
        var (prepareMs, decodeMs) = PreparedAt == 0 ? (0, 0) : (_time.GetElapsedTime(Arrival, PreparedAt).TotalMilliseconds, Prepared!.DecodeMs);
        var queueMs = DetectAt == 0 ? 0 : _time.GetElapsedTime(PreparedAt, DetectAt).TotalMilliseconds;
        return new Timings(prepareMs, queueMs, DetectMs, 0, 0, 0, BatchSize) { DecodeMs = decodeMs };
    }

    public void Dispose() => _timer.Dispose();

    private void Expire()
    {
        var where = DetectAt != 0 ? "in the model" : PreparedAt != 0 ? "waiting for the model" : "being prepared";
        TryDecide(Decision.None(
            ReasonCode.DeadlineExceeded,
            $"No result within {_due.TotalMilliseconds:0.###} ms (the deadline of {_deadline.TotalMilliseconds:0.###} ms less the time to answer); the frame was {where}."));
    }
}
