using AnomalyLine.Imaging;
using Microsoft.Data.Sqlite;

namespace AnomalyLine.Inspection.Storage;

/// <summary>Something for the log's writer.</summary>
internal abstract class LogItem;

/// <summary>An inspection to write; answered with the record as written, or with why there is none.</summary>
internal sealed class LogEntry(StationLog station, InspectionRecord draft, long arrival, long decided) : LogItem
{
    private readonly TaskCompletionSource<Outcome<InspectionRecord>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StationLog Station { get; } = station;

    /// <summary>The record; gets its position, sequence and times from the writer.</summary>
    public InspectionRecord Record { get; set; } = draft;

    /// <summary>Timestamp of the frame's arrival.</summary>
    public long Arrival { get; } = arrival;

    /// <summary>Timestamp of the verdict.</summary>
    public long Decided { get; } = decided;

    /// <summary>Time from arrival until the log must have the verdict; null if there is none to be late.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>The frame, to keep as evidence; null if there is none.</summary>
    public Frame? Frame { get; init; }

    /// <summary>The anomaly map, to keep as evidence; null if there is none.</summary>
    public AnomalyMap? Map { get; init; }

    /// <summary>The recipe's pixel threshold.</summary>
    public float PixelThreshold { get; init; }

    /// <summary>The recipe's area.</summary>
    public InspectionArea? Area { get; init; }

    public Task<Outcome<InspectionRecord>> Answered => _answer.Task;

    public void Answer(Outcome<InspectionRecord> outcome) => _answer.SetResult(outcome);
}

/// <summary>A change of stations or recipes, in a transaction of its own; answered with null or with what failed.</summary>
internal sealed class LogChange(Action<SqliteConnection> apply) : LogItem
{
    private readonly TaskCompletionSource<LineError?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Action<SqliteConnection> Apply { get; } = apply;

    public Task<LineError?> Answered => _answer.Task;

    public void Answer(LineError? error) => _answer.SetResult(error);
}
