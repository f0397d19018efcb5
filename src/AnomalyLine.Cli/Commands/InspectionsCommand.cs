using System.CommandLine;
using AnomalyLine.Contracts.V1;
using AnomalyLine.Inspection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Net.Client;
using Enum = System.Enum;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline inspections`: what a server's log has.</summary>
internal static class InspectionsCommand
{
    private const int PageSize = 1000;
    private static readonly string[] s_verdicts = [.. Names<Wire.Verdict>()];
    private static readonly string[] s_reasons = [.. Names<Wire.ReasonCode>()];

    public static Command Create(Output output) => new("inspections", "The inspections in a server's log.") { List(output) };

    private static Command List(Output output)
    {
        var station = new Option<string>("--station") { Description = "Of this station.", HelpName = "S", Required = true };
        var verdicts = new Option<string[]>("--verdict") { Description = "Only those with this verdict; may be repeated." };
        var reasons = new Option<string[]>("--reason") { Description = "Only those for this reason; may be repeated." };
        var part = new Option<string?>("--part") { Description = "Only parts whose identity holds this text.", HelpName = "TEXT" };
        var product = new Option<string?>("--product") { Description = "Only parts of this product; '' for those without one.", HelpName = "P" };
        var from = new Option<DateTimeOffset?>("--from") { Description = "Only those captured at this time or later, such as 2026-01-31T08:00Z.", HelpName = "TIME" };
        var until = new Option<DateTimeOffset?>("--until") { Description = "Only those captured before this time.", HelpName = "TIME" };
        var least = new Option<float?>("--min-score") { Description = "Only those with this score or a higher one.", HelpName = "X" };
        var highest = new Option<float?>("--max-score") { Description = "Only those with this score or a lower one.", HelpName = "X" };
        var limit = new Option<int>("--limit") { Description = "At most so many; the newest ones.", HelpName = "N", DefaultValueFactory = _ => 100 };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var csv = new Option<bool>("--csv") { Description = "Print CSV with a line of names first, as the server gives it at /v1/stations/S/inspections.csv." };
        var command = new Command("list", "List inspections, newest first.")
        {
            station, verdicts.OneOf(s_verdicts), reasons.OneOf(s_reasons), part, product, from, until, least, highest, limit.Within(1, 10_000_000), server, json, csv,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(json) && result.GetValue(csv)) result.AddError("--json and --csv exclude each other.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var request = new ListInspectionsRequest
            {
                Station = parsed.GetRequiredValue(station),
                Verdicts = { (parsed.GetValue(verdicts) ?? []).Select(Parse<Wire.Verdict>) },
                ReasonCodes = { (parsed.GetValue(reasons) ?? []).Select(Parse<Wire.ReasonCode>) },
                PartId = parsed.GetValue(part) ?? "",
                FromTime = parsed.GetValue(from)?.ToTimestamp(),
                UntilTime = parsed.GetValue(until)?.ToTimestamp(),
            };
            if (parsed.GetValue(product) is { } one) request.ProductId = one;
            if (parsed.GetValue(least) is { } low) request.MinScore = low;
            if (parsed.GetValue(highest) is { } high) request.MaxScore = high;
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var found = ReadAsync(channel, request, parsed.GetValue(limit), cancel);
            if (parsed.GetValue(json)) output.WriteJson(new { inspections = await found.Select(InspectionText.Describe).ToListAsync(cancel) });
            else if (parsed.GetValue(csv)) await WriteCsvAsync(output.Result, found);
            else TextTable.Write(output.Result, ["SEQUENCE", "PART", "PRODUCT", "VERDICT", "SCORE", "THRESHOLD", "CAPTURED (UTC)", "REASON"], await found.Select(Row).ToListAsync(cancel));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Page by page, as they are asked for.</summary>
    private static async IAsyncEnumerable<Wire.Inspection> ReadAsync(
        GrpcChannel channel, ListInspectionsRequest request, int most, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var client = new InspectionService.InspectionServiceClient(channel);
        do
        {
            request.PageSize = (uint)Math.Min(most, PageSize);
            var page = await client.ListInspectionsAsync(request, cancellationToken: cancel);
            foreach (var inspection in page.Inspections) yield return inspection;
            most -= page.Inspections.Count;
            request.PageToken = page.NextPageToken;
        }
        while (most > 0 && request.PageToken.Length > 0);
    }

    private static async Task WriteCsvAsync(TextWriter writer, IAsyncEnumerable<Wire.Inspection> found)
    {
        await writer.WriteAsync(InspectionCsv.Header + "\r\n");
        await foreach (var inspection in found) await writer.WriteAsync(InspectionCsv.Row(ToRecord(inspection)) + "\r\n");
    }

    private static IReadOnlyList<string> Row(Wire.Inspection inspection) =>
    [
        $"{inspection.Sequence}", inspection.PartId, inspection.ProductId, InspectionText.Word(inspection.Verdict), $"{inspection.Score:G5}", $"{inspection.Threshold:G5}",
        $"{inspection.CaptureTime?.ToDateTimeOffset():yyyy-MM-dd HH:mm:ss.fff}{(inspection.CaptureTimeUncertain ? " ?" : "")}", inspection.ReasonText,
    ];

    /// <summary>What the columns of CSV need.</summary>
    private static InspectionRecord ToRecord(Wire.Inspection wire) => new()
    {
        Station = wire.Station,
        Sequence = (long)wire.Sequence,
        PartId = wire.PartId,
        ProductId = wire.ProductId,
        Verdict = Enum.Parse<Inspection.Verdict>(InspectionText.Word(wire.Verdict)),
        ReasonCode = Enum.Parse<Inspection.ReasonCode>(wire.ReasonCode.ToString()),
        ReasonText = wire.ReasonText,
        Score = wire.Score,
        Threshold = wire.Threshold,
        Regions = [.. wire.Regions.Select(region => new Imaging.DefectRegion((int)region.X, (int)region.Y, (int)region.Width, (int)region.Height, region.Area, region.Peak))],
        ModelVersion = wire.ModelVersion,
        RecipeRevision = (int)wire.RecipeRevision,
        CaptureTime = wire.CaptureTime?.ToDateTimeOffset() ?? default,
        IsCaptureTimeUncertain = wire.CaptureTimeUncertain,
        CompletionTime = wire.CompletionTime?.ToDateTimeOffset() ?? default,
        Timings = new Inspection.Timings(0, 0, 0, 0, 0, wire.Timings?.TotalMs ?? 0, (int)(wire.Timings?.BatchSize ?? 0)),
        FrameWidth = (int)wire.FrameWidth,
        FrameHeight = (int)wire.FrameHeight,
    };

    /// <summary>Words of an enum for a command line: NotOk is not-ok.</summary>
    private static IEnumerable<string> Names<T>()
        where T : struct, Enum => Enum.GetNames<T>().Skip(1).Select(Dashed);

    private static T Parse<T>(string word)
        where T : struct, Enum => Enum.GetValues<T>().First(value => string.Equals(Dashed(value.ToString()), word, StringComparison.Ordinal));

    private static string Dashed(string name) => string.Concat(name.Select((c, i) => char.IsUpper(c) && i > 0 ? $"-{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
}
