using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using AnomalyLine.Management.Access;
using AnomalyLine.Management.Signing;
using AnomalyLine.Management.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnomalyLine.Management.Backup;

/// <summary>
/// Puts a backup in place as the data folder of a server that does not run. Of an entry only its name and its bytes count: files are made 0600 and folders 0700 of the account that restores,
/// whatever modes, owners, links or devices the archive has.
/// </summary>
public static class BackupReader
{
    private const string ManagementFile = "management.db";
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };
    private const long MaxSignatureBytes = 64 * 1024;
    private const long MaxManifestBytes = 256L * 1024 * 1024;

    /// <summary>Restores a backup into a folder that is not there or empty. Nothing is put in place before every file has passed its checksum, and the signature is one that is trusted.</summary>
    /// <param name="source">The backup.</param>
    /// <param name="dataFolder">The data folder to make.</param>
    /// <param name="options">Where the management database is to be: on PostgreSQL an empty database.</param>
    /// <param name="trust">Whose backups are taken.</param>
    /// <param name="cancellation">Leaves nothing.</param>
    /// <exception cref="BackupException">The backup is encrypted with another passphrase, is not signed by whom it must be, is damaged or cut off, a newer program wrote it, or the folder or the database is not empty.</exception>
    public static async Task<BackupManifest> RestoreAsync(string source, string dataFolder, ManagementOptions options, BackupTrust trust, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(trust);
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataFolder));
        if (File.Exists(root) || (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any()))
            throw new BackupException($"{root}: is not empty; stop the server and move the folder away first, so that nothing of it is lost.");
        var incoming = $"{root}.{Guid.NewGuid():N}.part";
        try
        {
            var manifest = await UnpackAsync(source, incoming, Passphrase.Read(options.BackupPassphraseFile), trust, cancellation);
            if (options.ConnectionString.Length > 0) await MoveRowsAsync(incoming, options, cancellation);
            if (Directory.Exists(root)) Directory.Delete(root);
            Directory.CreateDirectory(Path.GetDirectoryName(root)!);
            Directory.Move(incoming, root);
            return manifest;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidDataException)
        {
            throw new BackupException($"{source}: cannot be restored to {root} ({e.Message}); check the file, the disk's space and the rights.", e);
        }
        finally
        {
            if (Directory.Exists(incoming)) Directory.Delete(incoming, recursive: true);
        }
    }

    private static async Task<BackupManifest> UnpackAsync(string source, string folder, string? passphrase, BackupTrust trust, CancellationToken cancellation)
    {
        PrivateFile.CreateFolder(folder);
        var found = new Dictionary<string, BackupFile>(StringComparer.Ordinal);
        BackupManifest? manifest = null;
        byte[] signature = [], signed = [];
        await using var stream = OpenFile(source, passphrase);
        await using var archive = new TarReader(stream);
        while (await NextAsync(archive, source, cancellation) is { } entry)
        {
            if (entry.EntryType is not TarEntryType.RegularFile) throw Damaged(source, $"the entry {entry.Name} is no file");
            if (manifest is not null) throw Damaged(source, $"{entry.Name} comes after the manifest, which is the last entry");
            var content = entry.DataStream ?? Stream.Null;
            if (entry.Name is Signature.EntryName && signature.Length == 0) signature = await ReadAsync(entry, MaxSignatureBytes, source, cancellation);
            else if (entry.Name != BackupManifest.Name) found[entry.Name] = await UnpackAsync(content, entry.Name, source, folder, cancellation);
            else manifest = JsonSerializer.Deserialize<BackupManifest>(signed = await ReadAsync(entry, MaxManifestBytes, source, cancellation), s_json);
        }

        if (manifest is null) throw Damaged(source, "it has no manifest, so it was cut off or is no backup");
        if (manifest.Format > BackupManifest.CurrentFormat)
            throw new BackupException($"{source}: has format {manifest.Format}, but this program knows formats up to {BackupManifest.CurrentFormat}; restore it with the newer program.");
        foreach (var file in manifest.Files)
            if (file is null || !found.Remove(file.Name, out var unpacked) || unpacked != file) throw Damaged(source, $"{file?.Name ?? "a file of its list"} is missing or was changed");
        return found.Keys.FirstOrDefault() is { } added ? throw Damaged(source, $"{added} was added to it") : manifest with { Signer = CheckSigner(signature, signed, source, trust) };
    }

    private static Stream OpenFile(string source, string? passphrase)
    {
        var file = File.OpenRead(source);
        try
        {
            if (!AgeFile.Is(file)) return file;
            return AgeFile.Open(file, passphrase ?? throw new BackupException($"{source}: is encrypted; name the file of its passphrase."));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static async Task<byte[]> ReadAsync(TarEntry entry, long most, string source, CancellationToken cancellation)
    {
        if (entry.Length > most) throw Damaged(source, $"{entry.Name} has {entry.Length} bytes");
        var bytes = new byte[entry.Length];
        await (entry.DataStream ?? Stream.Null).ReadExactlyAsync(bytes, cancellation);
        return bytes;
    }

    /// <summary>The fingerprint of whoever signed; empty for nobody, where that is trusted.</summary>
    private static string CheckSigner(byte[] signature, byte[] manifest, string source, BackupTrust trust)
    {
        if (signature.Length == 0)
        {
            if (trust is { AcceptUnsigned: true, Signer: null }) return "";
            throw new BackupException($"{source}: is not signed, so that nobody knows who made it. A backup of an earlier release has no signature: accept it as such if you know where it comes from.");
        }

        var signer = Signature.SignerOf(signature, manifest) ?? throw Damaged(source, "its signature is not that of its list");
        if (trust.Signer is null || trust.Signer == signer) return signer;
        throw new BackupException($"{source}: was signed by {signer}, not by {trust.Signer}; nothing was put in place.");
    }

    /// <summary>The next entry; the reader of the framework fails in many ways on a damaged archive.</summary>
    private static async Task<TarEntry?> NextAsync(TarReader archive, string source, CancellationToken cancellation)
    {
        try
        {
            return await archive.GetNextEntryAsync(cancellationToken: cancellation);
        }
        catch (Exception e) when (e is not (OperationCanceledException or UnauthorizedAccessException))
        {
            throw new BackupException(Damaged(source, $"it is no archive, or was cut off ({e.Message.TrimEnd('.')})").Message, e);
        }
    }

    private static async Task<BackupFile> UnpackAsync(Stream content, string name, string source, string folder, CancellationToken cancellation)
    {
        // Also a name that only leads to another file, such as a/../users, would be none of the manifest's.
        if (!IsPlain(name)) throw Damaged(source, $"{name} is no path within the folder");
        var path = Path.Combine(folder, name);
        PrivateFile.CreateFolder(Path.GetDirectoryName(path)!);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = PrivateFile.Create(path);
        var buffer = new byte[1 << 16];
        for (int read; (read = await content.ReadAsync(buffer, cancellation)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }

        file.Flush(flushToDisk: true);
        return new BackupFile(name, file.Length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static bool IsPlain(string name) => name.Length > 0 && !name.Contains('\0', StringComparison.Ordinal) && name.Split('/').All(part => part is not ("" or "." or ".."));

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
