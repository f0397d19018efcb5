using System.Formats.Tar;
using System.Text.Json;
using AnomalyLine.Management.Access;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Signing;
using AnomalyLine.Management.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnomalyLine.Management.Backup;

/// <summary>
/// Writes all that a server keeps into one file (tar), also while the server runs: first each database as it is at one moment, then the files that they name.
/// The file is for its owner alone (mode 0600), as it holds keys; it is signed, and encrypted where a passphrase is given. Files that come meanwhile are there too and harm nothing; a picture that retention takes away meanwhile is taken out of the copied database as well.
/// </summary>
public static class BackupWriter
{
    private const string Part = ".part";

    /// <summary>Makes a backup; the file is there whole or not at all.</summary>
    /// <param name="dataFolder">The server's data folder.</param>
    /// <param name="options">Where the management database is: on PostgreSQL its rows are copied into the backup; and the file of the passphrase, if any.</param>
    /// <param name="target">File to write; one that is there already is replaced.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancellation">Leaves no file.</param>
    /// <exception cref="BackupException">The folder is no data folder, a database cannot be read, or the disk is full.</exception>
    public static async Task<BackupManifest> WriteAsync(string dataFolder, ManagementOptions options, string target, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        var root = Path.GetFullPath(dataFolder);
        if (!File.Exists(Path.Combine(root, "inspections.db"))) throw new BackupException($"{root}: is no data folder, it has no inspections.db; name the folder of AnomalyLine:DataFolder.");
        target = Path.GetFullPath(target);
        CheckSpace(root, target, options.ReservedDiskBytes);
        var part = $"{target}.{Guid.NewGuid():N}{Part}";
        var copies = Directory.CreateTempSubdirectory("anomalyline-backup-").FullName;
        try
        {
            // The seal first: the database then has its entry, and more.
            foreach (var name in new[] { AuditSeal.FileName, AuditSeal.KeyFileName })
                if (File.Exists(Path.Combine(root, name))) File.Copy(Path.Combine(root, name), Path.Combine(copies, name));
            foreach (var database in Directory.EnumerateFiles(root, "*.db")) CopyDatabase(database, Path.Combine(copies, Path.GetFileName(database)));
            if (options.ConnectionString.Length > 0) await CopyRowsAsync(root, options, copies, cancellation);
            var passphrase = Passphrase.Read(options.BackupPassphraseFile);
            var plain = passphrase is null ? part : Path.Combine(copies, "archive");
            var manifest = await WriteArchiveAsync(root, copies, target, plain, time, cancellation);
            if (passphrase is not null) await EncryptAsync(plain, part, passphrase, cancellation);
            File.Move(part, target, overwrite: true);
            return manifest;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException or SignatureException)
        {
            throw new BackupException($"{target}: the backup failed ({e.Message}); check the data folder, the disk's space and the rights.", e);
        }
        finally
        {
            File.Delete(part);
            Directory.Delete(copies, recursive: true);
        }
    }

    /// <summary>Whether the backup has room, and leaves the log what is reserved for it where both are on one disk.</summary>
    private static void CheckSpace(string root, string target, long reserved)
    {
        var size = new DirectoryInfo(root).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Sum(file => file.Exists ? file.Length : 0);
        var (free, ofLog) = (new DriveInfo(Path.GetDirectoryName(target)!).AvailableFreeSpace, new DriveInfo(root).AvailableFreeSpace);
        // The same number to a MiB is the same disk: one that is not would be a coincidence, which costs a backup a full disk only.
        var stays = free >> 20 == ofLog >> 20 ? reserved : 0;
        if (free - size < stays)
            throw new BackupException($"{target}: the backup has up to {size >> 20} MiB, and {free >> 20} MiB are free there{(stays > 0 ? $", of which {stays >> 20} MiB stay for the inspection log (AnomalyLine:Management:ReservedDiskBytes)" : "")}; free the disk, or name another one.");
    }

    private static async Task EncryptAsync(string plain, string target, string passphrase, CancellationToken cancellation)
    {
        await using var archive = File.OpenRead(plain);
        await using var file = PrivateFile.Create(target);
        await AgeFile.EncryptAsync(archive, file, passphrase, cancellation);
        file.Flush(flushToDisk: true);
    }

    private static void CopyDatabase(string from, string to)
    {
        using var source = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = from, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        using var copy = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = to, Pooling = false }.ToString());
        source.Open();
        copy.Open();
        source.BackupDatabase(copy);
    }

    private static async Task CopyRowsAsync(string root, ManagementOptions options, string copies, CancellationToken cancellation)
    {
        await using var server = new ManagementDatabase(options, root, NullLogger<ManagementDatabase>.Instance);
        await using var copy = new ManagementDatabase(new ManagementOptions(), copies, NullLogger<ManagementDatabase>.Instance);
        (await server.CopyToAsync(copy, cancellation)).OrThrow();
    }

    private static async Task<BackupManifest> WriteArchiveAsync(string root, string copies, string target, string part, TimeProvider time, CancellationToken cancellation)
    {
        var files = new List<BackupFile>();
        await using var stream = PrivateFile.Create(part);
        await using var archive = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true);
        var everything = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (var path in Directory.EnumerateFiles(root, "*", everything).Where(path => IsKept(path, target)).Order(StringComparer.Ordinal))
        {
            try
            {
                files.Add(await AddAsync(archive, path, Path.GetRelativePath(root, path), cancellation));
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // Taken away since the listing, by retention.
            }
        }

        var check = await CompleteAsync(root, copies, [.. files.Select(file => Path.GetFileNameWithoutExtension(file.Name))], time, cancellation);
        if (File.Exists(Path.Combine(copies, AuditSeal.FileName))) files.Add(await AddAsync(archive, Path.Combine(copies, AuditSeal.FileName), AuditSeal.FileName, cancellation));
        foreach (var path in Directory.EnumerateFiles(copies, "*.db").Order(StringComparer.Ordinal)) files.Add(await AddAsync(archive, path, Path.GetFileName(path), cancellation));
        var manifest = new BackupManifest(BackupManifest.CurrentFormat, time.GetUtcNow(), check.Entries, check.Head, files);
        var content = JsonSerializer.SerializeToUtf8Bytes(manifest, JsonSerializerOptions.Web);
        using var key = SigningKey.Open(root);
        foreach (var (name, bytes) in new[] { (Signature.EntryName, key.SignAs(content).ToBytes()), (BackupManifest.Name, content) })
            await archive.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) }, cancellation);
        await archive.DisposeAsync();
        stream.Flush(flushToDisk: true);
        return manifest with { Signer = key.Fingerprint };
    }

    /// <summary>
    /// Takes samples whose pictures went since out of the copied database, and checks its audit: the end of a whole one is sealed, while the seal of a broken one stays as it was, so that a restore does
    /// not make it whole.
    /// </summary>
    private static async Task<AuditCheck> CompleteAsync(string root, string copies, HashSet<string> names, TimeProvider time, CancellationToken cancellation)
    {
        await using var copy = new ManagementDatabase(new ManagementOptions(), copies, NullLogger<ManagementDatabase>.Instance);
        (await copy.ChangeAsync<int>(
            async (context, cancel) =>
            {
                var gone = (await context.Set<Sample>().ToListAsync(cancel)).Where(sample => !names.Contains(sample.Sha256)).ToList();
                context.RemoveRange(gone);
                return gone.Count;
            },
            cancellation)).OrThrow();
        var seal = new AuditSeal(copies, NullLogger<AuditSeal>.Instance);
        var check = (await new AuditLog(copy, time, seal, cuts: new AuditCuts(root, new TrustedSigners(root))).VerifyAsync(cancellation)).OrThrow();
        (await copy.CheckpointAsync(cancellation)).OrThrow();
        if (check.FirstBroken is null && File.Exists(Path.Combine(copies, AuditSeal.KeyFileName))) seal.Set(check.Entries, check.Head);
        return check;
    }

    private static async Task<BackupFile> AddAsync(TarWriter archive, string path, string name, CancellationToken cancellation)
    {
        await using var content = new HashedPart(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        var entry = new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        await archive.WriteEntryAsync(entry, cancellation);
        return new BackupFile(name, content.Length, content.TakeHash());
    }

    /// <summary>Excludes databases (copied with the online backup API), temporary files and files of this run of the server alone.</summary>
    private static bool IsKept(string path, string target)
    {
        var name = Path.GetFileName(path);
        return !name.EndsWith(".db", StringComparison.Ordinal) && !name.Contains(".db-", StringComparison.Ordinal) && name is not ("line.lock" or LocalKey.FileName or SessionFile.FileName or AuditSeal.FileName or SigningKey.FileName)
            && Path.GetFileName(Path.GetDirectoryName(path)) != SessionFile.KeyFolder && !name.EndsWith(Part, StringComparison.Ordinal) && !name.StartsWith("incoming-", StringComparison.Ordinal) && path != target;
    }
}
