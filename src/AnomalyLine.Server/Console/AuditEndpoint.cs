using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using AnomalyLine.Management.Audit;
using AnomalyLine.Server.Access;

namespace AnomalyLine.Server.Console;

/// <summary>The whole audit as a file, a JSON object a line, as "anomalyline audit export" writes it: /audit/entries.jsonl. Each download is an entry of the audit, and the last line of the file.</summary>
internal static class AuditEndpoint
{
    /// <summary>Address of the download.</summary>
    public const string Path = "/audit/entries.jsonl";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.Default };

    public static void MapAudit(this WebApplication app) => app.MapGet(Path, GetAsync).WithMetadata(new HeavyAttribute());

    private static async Task<IResult> GetAsync(HttpContext http, AuditLog audit, CancellationToken cancellation)
    {
        if (!(await audit.AppendAsync(Visit.Of(http).Who!.ToCaller(Origins.ConsoleOf(http)), "audit.download", "audit", null, null, cancellation)).TryGet(out var last, out var error))
            return Results.Problem(error.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
        return Results.Stream(body => WriteAsync(body, audit, last.Sequence, cancellation), "application/jsonl; charset=utf-8", $"audit-{last.Sequence.ToString(CultureInfo.InvariantCulture)}.jsonl");
    }

    private static async Task WriteAsync(Stream body, AuditLog audit, long last, CancellationToken cancellation)
    {
        for (var after = 0L; after < last;)
        {
            // A page that cannot be read breaks the file off, which is then seen to be too short.
            var page = (await audit.ListAsync(after, null, AuditLog.MaxPageSize, cancellation)).TryGet(out var entries, out var error) ? entries : throw new IOException(error.Message);
            foreach (var entry in page.Where(entry => entry.Sequence <= last))
            {
                await JsonSerializer.SerializeAsync(body, Describe(entry), s_json, cancellation);
                await body.WriteAsync("\n"u8.ToArray(), cancellation);
            }

            after = page.Count > 0 ? page[^1].Sequence : last;
        }
    }

    private static object Describe(AuditEntry entry) => new
    {
        entry.Sequence,
        Time = entry.Time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        entry.User,
        entry.Origin,
        entry.Action,
        entry.Subject,
        entry.OldValue,
        entry.NewValue,
        entry.PreviousHash,
        entry.Hash,
    };
}
