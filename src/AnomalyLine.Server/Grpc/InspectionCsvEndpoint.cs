using AnomalyLine.Inspection;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.Rest;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>
/// /v1/stations/{station}/inspections.csv: all inspections that meet the parameters of ListInspections, newest first, read from the log page by page while they
/// are sent.
/// </summary>
internal static class InspectionCsvEndpoint
{
    private const int PageLength = 1000;
    private static readonly string[] s_ofPages = ["page_size", "page_token"];

    public static void MapInspectionCsv(this WebApplication app) => app.MapGet("/v1/stations/{station}/inspections.csv", WriteAsync);

    private static async Task WriteAsync(HttpContext http, LineHost host, DownloadLog downloads)
    {
        var message = Wire.ListInspectionsRequest.Descriptor;
        if (RestFields.CheckParameters(http.Request, message, s_ofPages) is { } wrong)
        {
            await RestErrors.WriteAsync(http, wrong.Field, wrong.Message);
            return;
        }

        try
        {
            var search = RestFields.Read(http.Request, Wire.ListInspectionsRequest.Parser).ToSearch();
            var found = host.Line.FindInspections(search, PageLength).OrThrow();
            await downloads.NoteAsync(http.ToCaller(), "inspection.download", search.Station, new { filter = http.Request.QueryString.Value });
            http.Response.ContentType = "text/csv; charset=utf-8; header=present";
            http.Response.Headers.ContentDisposition = $"attachment; filename=\"{search.Station}-inspections.csv\"";
            await using var writer = new StreamWriter(http.Response.Body, leaveOpen: true) { NewLine = "\r\n" };
            await writer.WriteLineAsync(InspectionCsv.Header);
            while (true)
            {
                foreach (var record in found.Records) await writer.WriteLineAsync(InspectionCsv.Row(record));
                await writer.FlushAsync(http.RequestAborted);
                if (found.Next is not { } next) return;
                found = host.Line.Log.Find(search with { BeforeSequence = next }, PageLength);
            }
        }
        catch (RpcException failure) when (!http.Response.HasStarted)
        {
            await RestErrors.WriteAsync(http, failure);
        }
    }
}
