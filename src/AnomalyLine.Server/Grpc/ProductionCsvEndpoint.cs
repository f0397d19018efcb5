using System.Text;
using AnomalyLine.Management.Production;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Rest;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>/v1/production.csv: the rows of the report that GetProductionReport gives for the same parameters.</summary>
internal static class ProductionCsvEndpoint
{
    /// <summary>Its address.</summary>
    public const string Path = "/v1/production.csv";

    public static void MapProductionCsv(this WebApplication app) => app.MapGet(Path, WriteAsync);

    private static async Task WriteAsync(HttpContext http, ProductionReports reports, TimeProvider time, DownloadLog downloads)
    {
        if (RestFields.CheckParameters(http.Request, Wire.GetProductionReportRequest.Descriptor, []) is { } wrong)
        {
            await RestErrors.WriteAsync(http, wrong.Field, wrong.Message);
            return;
        }

        try
        {
            var query = RestFields.Read(http.Request, Wire.GetProductionReportRequest.Parser).ToQuery(reports.Calendar, time.GetUtcNow());
            var report = (await reports.MakeAsync(query, http.RequestAborted)).OrThrow();
            await downloads.NoteAsync(http.ToCaller(), "report.download", query.Station ?? "", new { filter = http.Request.QueryString.Value });
            http.Response.ContentType = "text/csv; charset=utf-8; header=present";
            http.Response.Headers.ContentDisposition = $"attachment; filename=\"production-{query.From:yyyy-MM-dd}-{query.Until:yyyy-MM-dd}.csv\"";
            var text = new StringBuilder(ReportCsv.Header).Append("\r\n");
            foreach (var row in report.Rows) text.Append(ReportCsv.Row(row)).Append("\r\n");
            await http.Response.WriteAsync(text.ToString(), http.RequestAborted);
        }
        catch (RpcException failure)
        {
            await RestErrors.WriteAsync(http, failure);
        }
    }
}
