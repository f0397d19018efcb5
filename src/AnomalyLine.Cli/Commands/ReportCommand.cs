using System.CommandLine;
using System.Globalization;
using AnomalyLine.Contracts.V1;
using AnomalyLine.Management.Production;
using Figures = AnomalyLine.Management.Production.ProductionFigures;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline report`: what the plant made, from a server's counts.</summary>
internal static class ReportCommand
{
    private const string DayFormat = "yyyy-MM-dd";

    public static Command Create(Output output)
    {
        var from = new Option<string?>("--from") { Description = "First day by the plant's calendar, such as 2026-11-30; without it the last one alone.", HelpName = "DAY" };
        var until = new Option<string?>("--until") { Description = "Last day; without it today.", HelpName = "DAY" };
        var shift = new Option<string?>("--shift") { Description = "Only shifts of this name.", HelpName = "NAME" };
        var station = new Option<string?>("--station") { Description = "Only this station.", HelpName = "S" };
        var product = new Option<string?>("--product") { Description = "Only parts of this product; '' for those without one.", HelpName = "P" };
        var by = new Option<string>("--by") { Description = "What its rows are.", DefaultValueFactory = _ => "shift" };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var csv = new Option<bool>("--csv") { Description = "Print CSV with a line of names first, as the server gives it at /v1/production.csv." };
        var command = new Command("report", "What the plant made: yield, rejects, reviews and speed by shift, day, station or product.")
        {
            from, until, shift, station, product, by.OneOf("shift", "day", "station", "product"), server, json, csv,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(json) && result.GetValue(csv)) result.AddError("--json and --csv exclude each other.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var request = new GetProductionReportRequest
            {
                FromDay = parsed.GetValue(from) ?? "",
                UntilDay = parsed.GetValue(until) ?? "",
                Shift = parsed.GetValue(shift) ?? "",
                Station = parsed.GetValue(station) ?? "",
                Grouping = Enum.Parse<ProductionGrouping>(parsed.GetRequiredValue(by), ignoreCase: true),
            };
            if (parsed.GetValue(product) is { } one) request.ProductId = one;
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var report = await new ProductionService.ProductionServiceClient(channel).GetProductionReportAsync(request, cancellationToken: cancel);
            var rows = report.Rows.Select(ToRow).ToList();
            if (report.Uncounted > 0) await output.Error.WriteLineAsync($"{report.Uncounted} inspections are not counted yet; ask again in a minute.");
            if (report.ReviewsMissing.Length > 0) await output.Error.WriteLineAsync($"Without reviews: {report.ReviewsMissing}");
            if (parsed.GetValue(json)) output.WriteJson(new { rows = rows.Select(Describe), total = Describe(ToFigures(report.Total)), mean = report.Mean, trend = report.Trend.Select(Describe), kinds = report.Kinds.Select(Describe), places = report.Places.Select(Describe), scores = report.Scores });
            else if (parsed.GetValue(csv)) await output.Result.WriteAsync(string.Concat(rows.Select(ReportCsv.Row).Prepend(ReportCsv.Header).Select(line => line + "\r\n")));
            else TextTable.Write(output.Result, ["WHAT", "PARTS", "OK", "NOT OK", "NOT DECIDABLE", "YIELD", "FALSE REJECTS", "ESCAPES", "PARTS/MIN"], rows.Select(row => Row(Name(row), row.Figures)).Append(Row("all", ToFigures(report.Total))));
            return ExitCode.Done;
        });
        return command;
    }

    private static string Name(ReportRow row) => row.Day is { } day
        ? $"{day.ToString(DayFormat, CultureInfo.InvariantCulture)} {row.Shift?.Name}".TrimEnd()
        : row.Station ?? (row.ProductId is { Length: > 0 } product ? product : "-");

    private static IReadOnlyList<string> Row(string name, Figures figures) =>
    [
        name, $"{figures.Parts}", $"{figures.Ok}", $"{figures.NotOk}", $"{figures.NotDecidable}", figures.Yield is { } yield ? $"{100 * yield:0.00} %" : "-",
        Of(figures.FalseRejects, figures.ReviewedRejects), Of(figures.Escapes, figures.ReviewedPasses), figures.PartsPerMinute is { } speed ? $"{speed:0.0}" : "-",
    ];

    private static string Of(long some, long reviewed) => reviewed == 0 ? "-" : $"{some} of {reviewed}";

    private static object Describe(ReportRow row) => new
    {
        day = row.Day?.ToString(DayFormat, CultureInfo.InvariantCulture),
        shift = row.Shift?.Name,
        start = row.Shift?.Start,
        end = row.Shift?.End,
        station = row.Station,
        product = row.ProductId,
        figures = Describe(row.Figures),
    };

    private static object Describe(Figures figures) => new
    {
        figures.Parts,
        figures.Ok,
        figures.NotOk,
        figures.NotDecidable,
        figures.Yield,
        figures.ReviewedRejects,
        figures.FalseRejects,
        figures.ReviewedPasses,
        figures.Escapes,
        runningSeconds = figures.Running.TotalSeconds,
        figures.PartsPerMinute,
    };

    private static object Describe(ProductionPoint point) => new { day = point.Day, shift = point.Shift, parts = point.Parts, notOk = point.NotOk, lower = point.Lower, upper = point.Upper };

    private static object Describe(ProductionShare share) => new { name = share.Name, count = share.Count };

    private static ReportRow ToRow(ProductionRow wire)
    {
        DateOnly? day = wire.Day.Length == 0 ? null : DateOnly.ParseExact(wire.Day, DayFormat, CultureInfo.InvariantCulture);
        var shift = wire.StartTime is null || day is null ? null : new PlantShift(day.Value, wire.Shift, wire.StartTime.ToDateTimeOffset(), wire.EndTime.ToDateTimeOffset());
        var isProduct = day is null && wire.Station.Length == 0;
        return new ReportRow(day, shift, wire.Station.Length == 0 ? null : wire.Station, isProduct ? wire.ProductId : null, ToFigures(wire.Figures));
    }

    private static Figures ToFigures(Wire.ProductionFigures wire) => new()
    {
        Ok = (long)wire.Ok,
        NotOk = (long)wire.NotOk,
        NotDecidable = (long)wire.NotDecidable,
        ReviewedRejects = (long)wire.ReviewedRejects,
        FalseRejects = (long)wire.FalseRejects,
        ReviewedPasses = (long)wire.ReviewedPasses,
        Escapes = (long)wire.Escapes,
        Running = TimeSpan.FromSeconds(wire.RunningSeconds),

        // The server says how fast, and from how long and how fast it follows how many.
        Paced = (long)Math.Round(wire.PartsPerMinute * wire.RunningSeconds / 60),
    };
}
