using System.Diagnostics.CodeAnalysis;
using AnomalyLine.Inspection.Batching;

namespace AnomalyLine.Inspection.Stations;

/// <summary>
/// A station at work. <see cref="Setup"/> is swapped as a whole.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim whose wait handle nobody asked for holds nothing to dispose, and late changes still release it.")]
internal sealed class Station(string name, long firstSequence, long lastSequence, StationSetup setup, DateTimeOffset opened) : StationLog(name, firstSequence, lastSequence)
{
    private volatile StationSetup _setup = setup;
    private volatile CounterStart _counterStart = new(default, opened);
    private volatile ClockState _clock = new(null, null);
    private NextPart? _nextPart;

    /// <summary>Its changes take turns; a turn is short.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    /// <summary>The last frames in order, for models that judge clips; empty while there is none such.</summary>
    public ClipOrder Clips { get; } = new();

    /// <summary>What is done with frames now. Set by one change at a time.</summary>
    public StationSetup Setup
    {
        get => _setup;
        set => _setup = value;
    }

    /// <inheritdoc/>
    public override DateTimeOffset? RemovalTime => Setup.RemovalTime;

    /// <summary>Announces the next part; what is null stays as announced and not used yet.</summary>
    public NextPartChange Announce(string? partId, string? productId)
    {
        while (true)
        {
            var before = Volatile.Read(ref _nextPart);
            var part = new NextPart(partId ?? before?.PartId ?? "", productId ?? before?.ProductId ?? "");
            var after = part.PartId.Length + part.ProductId.Length == 0 ? null : part;
            if (ReferenceEquals(Interlocked.CompareExchange(ref _nextPart, after, before), before)) return new NextPartChange(after, part.Loses(before) ? before : null);
        }
    }

    /// <summary>The frame with its part and product: its own, else those of the announced part, which is used up by it, else the selected product.</summary>
    public InspectionRequest Identify(InspectionRequest request)
    {
        request = request.WithoutScanEnds();
        var next = request.PartId.Length == 0 && Volatile.Read(ref _nextPart) is not null ? Interlocked.Exchange(ref _nextPart, null) : null;
        if (next is not null) request = request with { PartId = next.PartId, ProductId = request.ProductId.Length != 0 ? request.ProductId : next.ProductId };
        var selected = _setup.ProductId;
        return request.ProductId.Length != 0 || selected.Length == 0 ? request : request with { ProductId = selected };
    }

    /// <summary>Keeps how far the newest frame's capture time is off, null where it is right. Whether somebody should be told: when it starts, at most once an hour.</summary>
    public bool NoteCaptureTime(TimeSpan? offset, DateTimeOffset now)
    {
        var before = _clock;
        if (offset is null && before.Offset is null) return false;
        var tell = offset is not null && before.Offset is null && (before.Told is not { } told || now - told >= TimeSpan.FromHours(1));
        var after = new ClockState(offset, tell ? now : before.Told);
        return ReferenceEquals(Interlocked.CompareExchange(ref _clock, after, before), before) && tell;
    }

    /// <summary>Counts from zero, from this time on; gives the inspections counted before.</summary>
    public long ResetCounters(DateTimeOffset time)
    {
        var before = CountFrom(_counterStart.Counts);
        _counterStart = new CounterStart(CountFrom(default), time);
        return before.Inspected;
    }

    public StationStatus ToStatus(string logFault)
    {
        var (setup, start) = (Setup, _counterStart);
        var (kind, fault) = logFault.Length != 0 ? (StationFault.Log, logFault) : setup.ToFault(Name);
        return new StationStatus(
            Name, fault, setup.Selected?.Recipe, LastSequence, CountFrom(start.Counts),
            setup.Selected?.Worker?.QueueLength ?? 0, setup.Mode, setup.ProductId, Volatile.Read(ref _nextPart), start.Time)
        { FaultKind = kind, CaptureTimeOffset = _clock.Offset, DisplayName = setup.DisplayName };
    }

    /// <summary>How far the newest frame's capture time is off, and when that was last told.</summary>
    private sealed record ClockState(TimeSpan? Offset, DateTimeOffset? Told);

    /// <summary>The counts at the last reset, and when it was.</summary>
    private sealed record CounterStart(StationCounters Counts, DateTimeOffset Time);
}
