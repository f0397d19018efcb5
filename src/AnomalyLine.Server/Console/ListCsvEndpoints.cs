using System.Globalization;
using System.Runtime.CompilerServices;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;
using AnomalyLine.Management.Alarms;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Training;
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
        app.MapGet("/training/jobs.csv", (HttpContext http, JobStore jobs, DownloadLog downloads) => SendAsync(
            http, downloads, "jobs", "id,station,product_id,method,warm_start,preset,options,max_minutes,state,created_by,creation_time,start_time,end_time,attempts,epochs,loss,model_version,message", Jobs(jobs))).WithMetadata(heavy);
        app.MapGet("/models.csv", (HttpContext http, ModelStore models, ModelRegistry registry, DownloadLog downloads) => SendAsync(
            http, downloads, "models", "version,label,method,preset,creation_time,size_bytes,training_frames,threshold,certified_false_reject_rate,is_certified,signer,station,number,product_id,stage,gate_passes,created_by",
            Models(models, registry))).WithMetadata(heavy);
        app.MapGet("/users.csv", (HttpContext http, AccessControl access, DownloadLog downloads) => SendAsync(
            http, downloads, "users", "kind,name,role,has_password,has_second_factor,last_day", Accounts(access))).WithMetadata(heavy);
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

    private static async IAsyncEnumerable<string> Jobs(JobStore jobs, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (var before = long.MaxValue; ;)
        {
            var page = OrBreakOff(await jobs.ListAsync(null, PageLength, cancellation, before));
            foreach (var job in page)
            {
                yield return string.Join(
                    ',', Number<long>(job.Id), Text(job.Station), Text(job.ProductId), Text(job.Method), job.WarmStart ? "true" : "false", Text(job.Preset), Text(job.Options), Number<double>(job.MaxMinutes), job.State, Text(job.CreatedBy),
                    Time(job.CreationTime), Time(job.StartTime), Time(job.EndTime), Number<int>(job.Attempts), Number<int>(job.Epochs), Number<double>(job.Loss), Text(job.ModelVersion), Text(FilePaths.WithoutFolders(job.Message)));
            }

            if (page.Count < PageLength) yield break;
            before = page[^1].Id;
        }
    }

    /// <summary>A row for each place of a model, and one for a model without a place.</summary>
    private static async IAsyncEnumerable<string> Models(ModelStore models, ModelRegistry registry, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var places = OrBreakOff(await registry.ListAllAsync(cancellation)).ToLookup(place => place.Version, StringComparer.Ordinal);
        foreach (var model in models.List())
        {
            var (manifest, calibration) = (model.Manifest, model.Manifest.Calibration);
            var said = string.Join(
                ',', Text(model.Version), Text(model.Label), Text(manifest.Method), Text(manifest.Preset ?? ""), Time(model.CreationTime), Number<long>(model.SizeBytes), Number<int>(manifest.TrainingSet.Count),
                Number<float>(calibration.Threshold), Number<double>(calibration.CertifiedFalseRejectRate), calibration.IsCertified ? "true" : "false", Text(model.Signer));
            if (!places.Contains(model.Version)) yield return $"{said},,,,,,";
            foreach (var place in places[model.Version])
                yield return string.Join(',', said, Text(place.Station), Number<int>(place.Number), Text(place.ProductId), place.Stage, place.Gate is { } gate ? gate.Passes ? "true" : "false" : "", Text(place.CreatedBy));
        }
    }

    private static async IAsyncEnumerable<string> Accounts(AccessControl access)
    {
        foreach (var user in access.Users.All) yield return $"user,{Text(user.Name)},{user.Role},{(UserList.HasPassword(user) ? "true" : "false")},{(UserList.HasSecondFactor(user) ? "true" : "false")},";
        foreach (var key in access.Keys.All) yield return $"key,{Text(key.Name)},{key.Role},,,{KeyBounds.Of(key).LastDay?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";
        await Task.CompletedTask;
    }

    private static string Row(Alarm alarm) => string.Join(
        ',', Number<long>(alarm.Id), alarm.Kind, Text(alarm.Station), alarm.Severity, Text(alarm.Message), alarm.IsActive ? "true" : "false", Time(alarm.FirstTime), Time(alarm.RaiseTime), Time(alarm.ClearTime),
        Number<int>(alarm.Count), Time(alarm.AcknowledgeTime), Text(alarm.AcknowledgedBy), Text(alarm.Note), Time(alarm.EndTime));

    private static T OrBreakOff<T>(Outcome<T> page) => page.TryGet(out var value, out var error) ? value : throw new IOException(error.Message);
}
