using AnomalyLine.Inspection;
using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Storage;
using Microsoft.EntityFrameworkCore;

namespace AnomalyLine.Management.Production;

/// <summary>Makes reports of production: counts from the line's log, what people said from the samples. Any thread; each call reads the disk on the caller's thread.</summary>
/// <param name="line">The line.</param>
/// <param name="database">Where the samples are.</param>
/// <param name="calendar">The plant's days and shifts.</param>
/// <param name="time">Clock.</param>
public sealed class ProductionReports(Func<Line> line, ManagementDatabase database, PlantCalendar calendar, TimeProvider time)
{
    /// <summary>Most points of a trend by shift; a longer one is by day.</summary>
    public const int MostTrendShifts = 100;

    /// <summary>The plant's calendar.</summary>
    public PlantCalendar Calendar => calendar;

    /// <summary>A report.</summary>
    /// <param name="query">What of; checked.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <returns>The report, without reviews where the database is away; or <see cref="LineErrorCode.StationNotFound"/> where neither the line nor the log has the station.</returns>
    /// <exception cref="ArgumentException">The query is wrong, as <see cref="ReportQuery.Check"/> says.</exception>
    /// <exception cref="ObjectDisposedException">The line is stopped.</exception>
    public async Task<Outcome<ProductionReport>> MakeAsync(ReportQuery query, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Check(calendar) is { } wrong) throw new ArgumentException($"{wrong.Property} {wrong.Message}", nameof(query));
        var shifts = calendar.ShiftsOf(query.From, query.Until).Where(shift => query.Shift.Length == 0 || shift.Name == query.Shift).ToList();
        var summary = line().Log.SummarizeProduction(new ProductionQuery
        {
            Slices = [.. shifts.Select(shift => new TimeSlice(shift.Start, shift.End))],
            Station = query.Station,
            ProductId = query.ProductId,
        });
        if (summary.Counts.Count == 0 && query.Station is { } station && line().FindInspections(new LogSearch { Station = station }, 1).Error is { } unknown) return unknown;
        var reviews = await ReadReviewedAsync(query, shifts, cancellation);
        if (!reviews.TryGet(out var reviewed, out var missing)) reviewed = [];
        var entries = summary.Counts.Select(count => new Entry(shifts[count.Slice], count.Station, count.ProductId, ProductionFigures.Of(count)))
            .Concat(reviewed.Select(part => (Part: part, Shift: Find(shifts, part.CaptureTime))).Where(found => found.Shift is not null)
                .Select(found => new Entry(found.Shift!, found.Part.Station, found.Part.ProductId, found.Part.ToFigures()))).ToList();
        return new ProductionReport
        {
            Query = query,
            Time = time.GetUtcNow(),
            Rows = ToRows(query.Grouping, entries),
            Total = Sum(entries),
            Trend = ToTrend(shifts.Count <= MostTrendShifts, entries),
            Kinds = ParetoItem.Of(reviewed.Where(part => part.Label is SampleLabel.Anomalous && Find(shifts, part.CaptureTime) is not null)
                .CountBy(part => part.Defect, StringComparer.Ordinal).Select(kind => (kind.Key, (long)kind.Value))),
            Places = ToFields(summary.Places, entries.Sum(entry => entry.Figures.NotOk)),
            PlaceCells = summary.Places,
            Scores = summary.Scores,
            Reasons = [.. summary.Reasons.OrderByDescending(reason => reason.Value).ThenBy(reason => reason.Key).Select(reason => (reason.Key, reason.Value))],
            Uncounted = summary.Uncounted,
            ReviewsMissing = missing,
        };
    }

    private static IReadOnlyList<ReportRow> ToRows(ReportGrouping grouping, IEnumerable<Entry> entries) => grouping switch
    {
        ReportGrouping.Day => [.. entries.GroupBy(entry => entry.Shift.Day).OrderBy(day => day.Key).Select(day => new ReportRow(day.Key, null, null, null, Sum(day)))],
        ReportGrouping.Station => [.. entries.GroupBy(entry => entry.Station, StringComparer.Ordinal).OrderBy(station => station.Key, StringComparer.Ordinal).Select(station => new ReportRow(null, null, station.Key, null, Sum(station)))],
        ReportGrouping.Product => [.. entries.GroupBy(entry => entry.ProductId, StringComparer.Ordinal).OrderBy(product => product.Key, StringComparer.Ordinal).Select(product => new ReportRow(null, null, null, product.Key, Sum(product)))],
        _ => [.. entries.GroupBy(entry => entry.Shift).OrderBy(shift => shift.Key.Start).Select(shift => new ReportRow(shift.Key.Day, shift.Key, null, null, Sum(shift)))],
    };

    private static ControlChart ToTrend(bool byShift, IEnumerable<Entry> entries) =>
        ControlChart.Of(ToRows(byShift ? ReportGrouping.Shift : ReportGrouping.Day, entries).Select(row => (row.Day!.Value, row.Shift?.Name, row.Figures.Decided, row.Figures.NotOk)));

    /// <summary>Cells together in fields, and the rejects that are in none.</summary>
    private static IReadOnlyList<ParetoItem> ToFields(IReadOnlyList<long> cells, long rejects)
    {
        const int CellsOfField = ProductionSummary.PlaceSide / ProductionReport.FieldSide;
        var fields = cells.Index().GroupBy(cell => (Column: cell.Index % ProductionSummary.PlaceSide / CellsOfField, Row: cell.Index / ProductionSummary.PlaceSide / CellsOfField))
            .Select(field => ($"{(char)('A' + field.Key.Column)}{field.Key.Row + 1}", field.Sum(cell => cell.Item)));
        return ParetoItem.Of(fields.Append(("", rejects - cells.Sum())));
    }

    private static ProductionFigures Sum(IEnumerable<Entry> entries) => entries.Aggregate(new ProductionFigures(), (sum, entry) => sum + entry.Figures);

    private static PlantShift? Find(List<PlantShift> shifts, DateTimeOffset time)
    {
        var at = shifts.BinarySearch(new PlantShift(default, "", time, time), Comparer<PlantShift>.Create((a, b) => a.Start.CompareTo(b.Start)));
        if (at < 0) at = ~at - 1;
        return at >= 0 && time < shifts[at].End ? shifts[at] : null;
    }

    private Task<Outcome<IReadOnlyList<ReviewedPart>>> ReadReviewedAsync(ReportQuery query, List<PlantShift> shifts, CancellationToken cancellation)
    {
        var (first, end) = shifts.Count == 0 ? (default, default) : (shifts[0].Start, shifts[^1].End);
        return database.ReadAsync<IReadOnlyList<ReviewedPart>>(
            async (context, cancel) =>
            {
                var parts = context.Set<Sample>().Where(sample => sample.State == SampleState.Approved && sample.Sequence > 0 && sample.CaptureTime >= first && sample.CaptureTime < end);
                if (query.Station is { } station) parts = parts.Where(sample => sample.Station == station);
                if (query.ProductId is { } product) parts = parts.Where(sample => sample.ProductId == product);
                return await parts.Select(sample => new ReviewedPart(sample.CaptureTime, sample.Station, sample.ProductId, sample.Verdict, sample.Label, sample.Defect)).ToListAsync(cancel);
            },
            cancellation);
    }

    /// <summary>Figures of a shift, a station and a product.</summary>
    private sealed record Entry(PlantShift Shift, string Station, string ProductId, ProductionFigures Figures);
}
