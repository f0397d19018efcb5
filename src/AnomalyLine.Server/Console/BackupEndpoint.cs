using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Backup;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Console;

/// <summary>A backup of everything, made now: /system/backup. For administrators, since it holds keys and hashes of passwords; noted in the audit.</summary>
internal static class BackupEndpoint
{
    /// <summary>Address of the download.</summary>
    public const string Path = "/system/backup";

    public static void MapBackup(this WebApplication app) => app.MapGet(Path, GetAsync).WithMetadata(new HeavyAttribute());

    private static async Task<IResult> GetAsync(HttpContext http, AnomalyLineOptions options, AuditLog audit, TimeProvider time, CancellationToken cancellation)
    {
        var file = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"anomalyline-{Guid.NewGuid():N}.backup");
        try
        {
            var manifest = await BackupWriter.WriteAsync(options.DataFolder, options.Management, file, time, cancellation);
            if ((await audit.AppendAsync(Visit.Of(http).Who!.ToCaller(Origins.ConsoleOf(http)), "backup.download", "", null, new { Files = manifest.Files.Count }, cancellation)).Error is { } error)
                return Results.Problem(error.Message, statusCode: StatusCodes.Status503ServiceUnavailable);

            // The name goes at once, the file with its last reader.
            var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Delete, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
            return Results.File(stream, options.Management.BackupPassphraseFile.Length > 0 ? "application/octet-stream" : "application/x-tar", $"anomalyline-{time.GetUtcNow():yyyyMMdd-HHmmss}.backup");
        }
        catch (BackupException failure)
        {
            return Results.Problem(failure.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
