using System.Globalization;
using AnomalyLine.Management.Production;
using Google.Protobuf.WellKnownTypes;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>Reports of production in the words of the contract.</summary>
internal static class ProductionWire
{
    private const string DayFormat = "yyyy-MM-dd";

    /// <summary>What the report is of.</summary>
    /// <exception cref="global::Grpc.Core.RpcException">A field is wrong.</exception>
    public static ReportQuery ToQuery(this Wire.GetProductionReportRequest request, PlantCalendar calendar, DateTimeOffset now)
    {
        var until = ToDay(request.UntilDay, "until_day") ?? calendar.DayOf(now);
        var query = new ReportQuery
        {
            From = ToDay(request.FromDay, "from_day") ?? until,
            Until = until,
            Shift = request.Shift,
            Station = request.Station.Length == 0 ? null : request.Station,
            ProductId = request.HasProductId ? request.ProductId : null,
            Grouping = EnumWire.FromWireOrNull<ReportGrouping, Wire.ProductionGrouping>(request.Grouping, "grouping") ?? ReportGrouping.Shift,
        };
        if (query.Check(calendar) is not { } wrong) return query;
        throw LineErrors.InvalidArgument(wrong.Property switch { nameof(query.From) => "from_day", nameof(query.Until) => "until_day", nameof(query.Shift) => "shift", _ => "grouping" }, wrong.Message);
    }

    public static Wire.GetProductionReportResponse ToWire(this ProductionReport report) => new()
    {
        Rows = { report.Rows.Select(ToWire) },
        Total = ToWire(report.Total),
        Mean = report.Trend.Mean,
        Trend = { report.Trend.Points.Select(ToWire) },
        Kinds = { report.Kinds.Select(ToWire) },
        Places = { report.Places.Select(ToWire) },
        PlaceCells = { report.PlaceCells.Select(count => (ulong)count) },
        Scores = { report.Scores.Select(count => (ulong)count) },
        Reasons = { report.Reasons.Select(reason => new Wire.ProductionReason { ReasonCode = reason.Reason.ToWire(), Count = (ulong)reason.Count }) },
        Uncounted = (ulong)report.Uncounted,
        ReviewsMissing = report.ReviewsMissing?.Message ?? "",
    };

    private static Wire.ProductionRow ToWire(ReportRow row) => new()
    {
        Day = row.Day is { } day ? ToText(day) : "",
        Shift = row.Shift?.Name ?? "",
        StartTime = row.Shift?.Start.ToTimestamp(),
        EndTime = row.Shift?.End.ToTimestamp(),
        Station = row.Station ?? "",
        ProductId = row.ProductId ?? "",
        Figures = ToWire(row.Figures),
    };

    private static Wire.ProductionFigures ToWire(ProductionFigures figures)
    {
        var wire = new Wire.ProductionFigures
        {
            Parts = (ulong)figures.Parts,
            Ok = (ulong)figures.Ok,
            NotOk = (ulong)figures.NotOk,
            NotDecidable = (ulong)figures.NotDecidable,
            ReviewedRejects = (ulong)figures.ReviewedRejects,
            FalseRejects = (ulong)figures.FalseRejects,
            ReviewedPasses = (ulong)figures.ReviewedPasses,
            Escapes = (ulong)figures.Escapes,
            RunningSeconds = figures.Running.TotalSeconds,
        };
        if (figures.Yield is { } yield) wire.Yield = yield;
        if (figures.PartsPerMinute is { } speed) wire.PartsPerMinute = speed;
        return wire;
    }

    private static Wire.ProductionPoint ToWire(ControlPoint point) => new()
    {
        Day = ToText(point.Day),
        Shift = point.Shift ?? "",
        Parts = (ulong)point.Parts,
        NotOk = (ulong)point.Rejects,
        Lower = point.Lower,
        Upper = point.Upper,
    };

    private static Wire.ProductionShare ToWire(ParetoItem item) => new() { Name = item.Name, Count = (ulong)item.Count };

    private static string ToText(DateOnly day) => day.ToString(DayFormat, CultureInfo.InvariantCulture);

    private static DateOnly? ToDay(string text, string field) => text.Length == 0 ? null
        : DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw LineErrors.InvalidArgument(field, "is no day; send one such as 2026-11-30, or leave it out.");
}
