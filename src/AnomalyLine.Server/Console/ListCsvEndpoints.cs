using System.Runtime.CompilerServices;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Alarms;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Samples;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Hosting;
using static AnomalyLine.Inspection.CsvField;

namespace AnomalyLine.Server.Console;

/// <summary>
/// The console's lists as CSV, with the filter of the page that they are on: what is shown there a page at a time is here as a whole, read while it is sent. Each download is an entry of the audit. A list that cannot be
/// read to its end is broken off, which browsers report.
/// </summary>
internal static class ListCsvEndpoints
{
    private const int PageLength = 1000;

    public static void MapListCsv(this WebApplication app)
    {
        var heavy = new HeavyAttribute();
        app.MapGet("/stations/{name}/inspections.csv", async (HttpContext http, string name, string? show, string? part, string? from, string? until, long? before, LineHost host, DownloadLog downloads) =>
        {
            var search = new StationFilter(show, part, from, until, before).Of(name);
            if (host.Line.FindInspections(search, 1).Error is null) await SendAsync(http, downloads, $"{name}-inspections", InspectionCsv.Header, Inspections(host, search));
            else http.Response.StatusCode = StatusCodes.Status404NotFound;
        }).WithMetadata(heavy);
        app.MapGet("/samples.csv", (HttpContext http, [AsParameters] SampleQuery query, SampleStore samples, DownloadLog downloads) => SendAsync(
            http, downloads, "samples", "id,station,part_id,product_id,capture_time,state,label,defect,reason,verdict,score,threshold,sequence,model_version,reviewed_by,review_time",
            Samples(samples, query.ToFilter()))).WithMetadata(heavy);
        app.MapGet("/alarms.csv", (HttpContext http, AlarmList alarms, DownloadLog downloads) => SendAsync(
            http, downloads, "alarms", "id,kind,station,severity,message,active,first_time,raise_time,clear_time,count,acknowledge_time,acknowledged_by,note,end_time", Alarms(alarms))).WithMetadata(heavy);
        app.MapGet("/audit/entries.csv", (HttpContext http, string? text, AuditLog audit, DownloadLog downloads) => SendAsync(
            http, downloads, "audit", "sequence,time,user,origin,action,subject,old_value,new_value,previous_hash,hash", Audit(audit, text?.Trim() ?? ""))).WithMetadata(heavy);
    }

    private static async Task SendAsync(HttpContext http, DownloadLog downloads, string name, string header, IAsyncEnumerable<string> rows)
    {
        await downloads.NoteAsync(Visit.Of(http).Who!.ToCaller(Origins.ConsoleOf(http)), "list.download", name, new { filter = http.Request.QueryString.Value });
        http.Response.ContentType = "text/csv; charset=utf-8; header=present";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{Uri.EscapeDataString(name)}.csv\"";
        await using var writer = new StreamWriter(http.Response.Body, leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync(header);
        await foreach (var row in rows.WithCancellation(http.RequestAborted)) await writer.WriteLineAsync(row);
        await writer.FlushAsync(http.RequestAborted);
    }

    private static async IAsyncEnumerable<string> Inspections(LineHost host, LogSearch search)
    {
        for (long? before = search.BeforeSequence; before is { } sequence;)
        {
            var found = host.Line.Log.Find(search with { BeforeSequence = sequence }, PageLength);
            foreach (var record in found.Records) yield return InspectionCsv.Row(record);
            before = found.Next;

            // A log of a million is read for a while: others come in between.
            await Task.Yield();
        }
    }

    private static async IAsyncEnumerable<string> Samples(SampleStore samples, SampleFilter filter, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (var after = 0L; ;)
        {
            var page = OrBreakOff(await samples.ListAsync(filter, after, PageLength, cancellation));
            foreach (var sample in page)
            {
                yield return string.Join(
                    ',', Number<long>(sample.Id), Text(sample.Station), Text(sample.PartId), Text(sample.ProductId), Time(sample.CaptureTime), sample.State, sample.Label, Text(sample.Defect), sample.Reason, sample.Verdict,
                    Number<double>(sample.Score), Number<double>(sample.Threshold), Number<long>(sample.Sequence), Text(sample.ModelVersion), Text(sample.ReviewedBy), Time(sample.ReviewTime));
            }

            if (page.Count < PageLength) yield break;
            after = page[^1].Id;
        }
    }

    private static async IAsyncEnumerable<string> Alarms(AlarmList alarms, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        foreach (var alarm in alarms.Open) yield return Row(alarm);
        for (var before = long.MaxValue; ;)
        {
            var page = OrBreakOff(await alarms.ListEndedAsync(before, AlarmList.MaxPageSize, cancellation));
            foreach (var alarm in page) yield return Row(alarm);
            if (page.Count < AlarmList.MaxPageSize) yield break;
            before = page[^1].Id;
        }
    }

    private static async IAsyncEnumerable<string> Audit(AuditLog audit, string text, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (var before = long.MaxValue; ;)
        {
            var page = OrBreakOff(await audit.ListBackAsync(before, text, AuditLog.MaxPageSize, cancellation));
            foreach (var entry in page)
            {
                yield return string.Join(
                    ',', Number<long>(entry.Sequence), Time(entry.Time), Text(entry.User), Text(entry.Origin), Text(entry.Action), Text(entry.Subject), Text(entry.OldValue), Text(entry.NewValue), Text(entry.PreviousHash),
                    Text(entry.Hash));
            }

            if (page.Count < AuditLog.MaxPageSize) yield break;
            before = page[^1].Sequence;
        }
    }

    private static string Row(Alarm alarm) => string.Join(
        ',', Number<long>(alarm.Id), alarm.Kind, Text(alarm.Station), alarm.Severity, Text(alarm.Message), alarm.IsActive ? "true" : "false", Time(alarm.FirstTime), Time(alarm.RaiseTime), Time(alarm.ClearTime),
        Number<int>(alarm.Count), Time(alarm.AcknowledgeTime), Text(alarm.AcknowledgedBy), Text(alarm.Note), Time(alarm.EndTime));

    private static T OrBreakOff<T>(Outcome<T> page) => page.TryGet(out var value, out var error) ? value : throw new IOException(error.Message);
}
