using System.Collections.Concurrent;
using AnomalyLine.Inspection.Storage;

namespace AnomalyLine.Inspection.Stations;

/// <summary>Reads the durable log of all inspections. Any thread; each call reads the disk on the caller's thread.</summary>
public sealed class InspectionLog
{
    /// <summary>Most inspections of a page of <see cref="ReadHistory"/>.</summary>
    public const int MaxHistoryPage = 5_000;

    /// <summary>Most intervals of <see cref="SummarizeHistory"/>.</summary>
    public const int MaxIntervals = 10_000;

    private readonly ConcurrentBag<LogReader> _idle = [];
    private readonly LogDatabase _database;
    private volatile bool _closed;

    internal InspectionLog(LogDatabase database) => _database = database;

    /// <summary>Identity of this log, made with it: another one means that sequences start anew.</summary>
    public Guid Id => _database.Id;

    /// <summary>One inspection, or <see cref="LineErrorCode.InspectionNotFound"/>.</summary>
    /// <exception cref="ObjectDisposedException">The line is stopped.</exception>
    public Outcome<InspectionRecord> Get(string station, long sequence)
    {
        if (Read(reader => reader.Get(station, sequence)) is { } record) return record;
        return new LineError(
            LineErrorCode.InspectionNotFound, $"The log has no inspection {sequence} of station '{station}'; it was never made, or is no longer kept.");
    }

    /// <summary>A station's inspections before a sequence, newest first; for paging back from the newest.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="beforeSequence">Only older ones than this; <see cref="long.MaxValue"/> to start with the newest.</param>
    /// <param name="most">Length of the page, 1..1000.</param>
    /// <exception cref="ObjectDisposedException">The line is stopped.</exception>
    public IReadOnlyList<InspectionRecord> ReadBack(string station, long beforeSequence, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, 1000);
        return Read(reader => reader.ReadBack(station, beforeSequence, most));
    }

    /// <summary>
    /// A station's inspections that meet a search, newest first. One call looks at <see cref="LogSearch.MaxLookedAt"/> inspections at most, so that a search for what is rare ends; the result says where to go on.
    /// </summary>
    /// <param name="search">What to look for.</param>
    /// <param name="most">Length of the page, 1..1000.</param>
    /// <exception cref="ObjectDisposedException">The line is stopped.</exception>
    public LogFound Find(LogSearch search, int most)
    {
        ArgumentNullException.ThrowIfNull(search);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, 1000);
        return Read(reader => reader.Find(search, most));
    }

    /// <summary>The station's first inspection after a sequence that meets a search, whatever that begins with; null where none of the next <see cref="LogSearch.MaxLookedAt"/> does.</summary>
    /// <param name="search">What to look for.</param>
    /// <param name="after">The sequence, at least 0.</param>
    /// <exception cref="ObjectDisposedException">The line is stopped.</exception>
    public InspectionRecord? FindAfter(LogSearch search, long after)
    {
        ArgumentNullException.ThrowIfNull(search);
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        return Read(reader => reader.FindAfter(search, after));
    }

    /// <summary>A page of a stretch of time; go on behind the <see cref="HistoryPlace"/> of its last one. Regions are left out.</summary>
    /// <param name="range">Which inspections, and in which order.</param>
    /// <param name="most">Length of the page, 1..<see cref="MaxHistoryPage"/>.</param>
    /// <exception cref="ObjectDisposedException">The line is stopped.</exception>
    public IReadOnlyList<InspectionRecord> ReadHistory(HistoryRange range, int most)
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, MaxHistoryPage);
        return Read(reader => reader.ReadHistory(range, most));
    }

    /// <summary>What a station's inspections were in each interval that has some, by the time of their verdict, oldest first.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="from">Where the first interval begins.</param>
    /// <param name="until">Before this time; the last interval may be shorter.</param>
    /// <param name="interval">Length of an interval, above 0; at most <see cref="MaxIntervals"/> of them.</param>
    /// <exception cref="ObjectDisposedException">The line is stopped.</exception>
    public IReadOnlyList<HistoryInterval> SummarizeHistory(string station, DateTimeOffset from, DateTimeOffset until, TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(until, from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((until - from) / interval, MaxIntervals);
        return Read(reader => reader.SummarizeHistory(station, from, until, interval));
    }

    /// <summary>Sums up production: counts that the log keeps for <see cref="ProductionSummary.Kept"/>, longer than the inspections where those are many.</summary>
    /// <param name="query">What to sum up.</param>
    /// <exception cref="ObjectDisposedException">The line is stopped.</exception>
    public ProductionSummary SummarizeProduction(ProductionQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Slices.Count, ProductionQuery.MaxSlices);
        return Read(reader => reader.SummarizeProduction(query, _database.SettledPosition));
    }

    /// <summary>Runs a query on a connection that nobody else has.</summary>
    internal T Read<T>(Func<LogReader, T> query)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (!_idle.TryTake(out var reader)) reader = new LogReader(_database.OpenReader());
        try
        {
            return query(reader);
        }
        finally
        {
            _idle.Add(reader);
            if (_closed) Close();
        }
    }

    internal void Close()
    {
        _closed = true;
        while (_idle.TryTake(out var reader)) reader.Dispose();
    }
}
