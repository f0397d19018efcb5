using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using AnomalyLine.Management.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnomalyLine.Management.Backup;

/// <summary>Puts a backup in place as the data folder of a server that does not run.</summary>
public static class BackupReader
{
    private const string ManagementFile = "management.db";

    /// <summary>Restores a backup into a folder that is not there or empty. Nothing is put in place before every file has passed its checksum.</summary>
    /// <param name="source">The backup.</param>
    /// <param name="dataFolder">The data folder to make.</param>
    /// <param name="options">Where the management database is to be: on PostgreSQL an empty database.</param>
    /// <param name="cancellation">Leaves nothing.</param>
    /// <exception cref="BackupException">The backup is damaged or cut off, a newer program wrote it, or the folder or the database is not empty.</exception>
    public static async Task<BackupManifest> RestoreAsync(string source, string dataFolder, ManagementOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataFolder));
        if (File.Exists(root) || (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any()))
            throw new BackupException($"{root}: is not empty; stop the server and move the folder away first, so that nothing of it is lost.");
        var incoming = $"{root}.{Guid.NewGuid():N}.part";
        try
        {
            var manifest = await UnpackAsync(source, incoming, cancellation);
            if (options.ConnectionString.Length > 0) await MoveRowsAsync(incoming, options, cancellation);
            if (Directory.Exists(root)) Directory.Delete(root);
            Directory.CreateDirectory(Path.GetDirectoryName(root)!);
            Directory.Move(incoming, root);
            return manifest;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            throw new BackupException($"{source}: cannot be restored to {root} ({e.Message}); check the file, the disk's space and the rights.", e);
        }
        finally
        {
            if (Directory.Exists(incoming)) Directory.Delete(incoming, recursive: true);
        }
    }

    private static async Task<BackupManifest> UnpackAsync(string source, string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var found = new Dictionary<string, BackupFile>(StringComparer.Ordinal);
        BackupManifest? manifest = null;
        await using var stream = File.OpenRead(source);
        await using var archive = new TarReader(stream);
        while (await archive.GetNextEntryAsync(cancellationToken: cancellation) is { } entry)
        {
            if (entry.EntryType is not TarEntryType.RegularFile || entry.DataStream is not { } content) throw Damaged(source, $"the entry {entry.Name} is no file");
            if (entry.Name == BackupManifest.Name) manifest = await JsonSerializer.DeserializeAsync<BackupManifest>(content, JsonSerializerOptions.Web, cancellation);
            else found[entry.Name] = await UnpackAsync(content, entry, source, folder, cancellation);
        }

        if (manifest is null) throw Damaged(source, "it has no manifest, so it was cut off or is no backup");
        if (manifest.Format > BackupManifest.CurrentFormat)
            throw new BackupException($"{source}: has format {manifest.Format}, but this program knows formats up to {BackupManifest.CurrentFormat}; restore it with the newer program.");
        foreach (var file in manifest.Files)
            if (found.GetValueOrDefault(file.Name) != file) throw Damaged(source, $"{file.Name} is missing or was changed");
        return manifest;
    }

    private static async Task<BackupFile> UnpackAsync(Stream content, TarEntry entry, string source, string folder, CancellationToken cancellation)
    {
        var path = Path.GetFullPath(Path.Combine(folder, entry.Name));
        if (!path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)) throw Damaged(source, $"{entry.Name} leads out of the folder");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
#pragma warning disable CA1416 // The product runs on Linux.
        await using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = entry.Mode });
#pragma warning restore CA1416
        var buffer = new byte[1 << 16];
        for (int read; (read = await content.ReadAsync(buffer, cancellation)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }

        file.Flush(flushToDisk: true);
        return new BackupFile(entry.Name, file.Length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static async Task MoveRowsAsync(string folder, ManagementOptions options, CancellationToken cancellation)
    {
        await using (var copy = new ManagementDatabase(new ManagementOptions(), folder, NullLogger<ManagementDatabase>.Instance))
        {
            await using var server = new ManagementDatabase(options, folder, NullLogger<ManagementDatabase>.Instance);
            (await copy.CopyToAsync(server, cancellation)).OrThrow();
        }

        foreach (var file in Directory.EnumerateFiles(folder, ManagementFile + "*")) File.Delete(file);
    }

    private static BackupException Damaged(string source, string how) => new($"{source}: is damaged, {how}; use another backup.");
}
