using System.Security.Cryptography;
using System.Text.Json;
using AnomalyLine.Detection.Models;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Management.Signing;

namespace AnomalyLine.Management.Models;

/// <summary>
/// The model files of a server: a folder of <c>version.alm</c>, each with a <c>version.json</c> written once the file passed its check.
/// A file is stored whole or not at all, and never changes. A model whose record is damaged counts as absent: uploading its file again repairs it. Any thread.
/// </summary>
public sealed class ModelStore
{
    /// <summary>Largest model file: 2 GiB.</summary>
    public const long MaxBytes = 2L * 1024 * 1024 * 1024;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly string _folder;
    private readonly Func<string, ModelManifest> _check;
    private readonly long _maxBytes;
    private readonly long _reservedBytes;
    private readonly ModelTrust? _trust;

    /// <summary>Opens the folder, making it where it is missing.</summary>
    /// <param name="folder">Where the files are.</param>
    /// <param name="check">
    /// Loads a file and gives its manifest, or throws <see cref="ModelFileException"/>; null for <see cref="ModelLoader.Load"/>, which replays the reference images.
    /// </param>
    /// <param name="maxBytes">Largest file.</param>
    /// <param name="trust">Decides by who signed a file; null for none.</param>
    /// <param name="reservedBytes">Free space of the folder's disk that stays for others.</param>
    public ModelStore(string folder, Func<string, ModelManifest>? check = null, long maxBytes = MaxBytes, ModelTrust? trust = null, long reservedBytes = 0)
    {
        _reservedBytes = reservedBytes;
        _folder = Path.GetFullPath(folder);
        _check = check ?? LoadAndClose;
        _maxBytes = maxBytes;
        _trust = trust;
        Directory.CreateDirectory(_folder);
    }

    /// <summary>Stores a model file after it has passed its check. The same file twice is one version.</summary>
    /// <param name="file">The bytes of the file, read to the end.</param>
    /// <param name="cancellationToken">Leaves the store as it was.</param>
    /// <param name="isOwn">Whether this server trained it: then it signs it.</param>
    /// <exception cref="ModelFileException">The file is too large, damaged, not signed by whom it must be, or does not reproduce its reference scores.</exception>
    /// <exception cref="IOException">The disk is full or broken, or would have less than the reserved space.</exception>
    public async Task<StoredModel> AddAsync(Stream file, CancellationToken cancellationToken, bool isOwn = false)
    {
        ArgumentNullException.ThrowIfNull(file);
        var incoming = Path.Combine(_folder, $"incoming-{Guid.NewGuid():N}.part");
        try
        {
            var (sha256, size) = await CopyAsync(file, incoming, cancellationToken);
            if (isOwn && _trust is not null)
            {
                _trust.Sign(incoming);
                (sha256, size) = (await SumAsync(incoming, cancellationToken), new FileInfo(incoming).Length);
            }

            var signer = _trust?.Check(incoming) ?? "";
            var manifest = await Task.Factory.StartNew(
                () => _check(incoming), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            var model = new StoredModel($"{manifest.Method}-{sha256[..12]}", sha256, size, manifest) { Signer = signer };
            if (Find(model.Version) is { } stored && await IsWholeAsync(stored, cancellationToken)) return stored;
            File.Move(incoming, FilePath(model.Version), overwrite: true);
            await WriteRecordAsync(model, cancellationToken);
            return model;
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    /// <summary>Gives a version a name for people; the model, or null where the store does not have it.</summary>
    public async Task<StoredModel?> LabelAsync(string version, string label, CancellationToken cancellationToken)
    {
        if (Find(version) is not { } model) return null;
        var labelled = model with { Label = label };
        await WriteRecordAsync(labelled, cancellationToken);
        return labelled;
    }

    /// <summary>
    /// Removes a version with its file; nothing happens where the store does not have it. Its record goes first: what is left by a failure counts as
    /// absent.
    /// </summary>
    /// <exception cref="IOException">The file cannot be removed.</exception>
    public void Remove(string version)
    {
        if (!IsFileName(version)) return;
        File.Delete(RecordPath(version));
        File.Delete(FilePath(version));
    }

    /// <summary>All versions, the newest training first.</summary>
    public IReadOnlyList<StoredModel> List() =>
        [.. Directory.EnumerateFiles(_folder, "*.json").Select(Read).OfType<StoredModel>().OrderByDescending(model => model.CreationTime).ThenBy(model => model.Version, StringComparer.Ordinal)];

    /// <summary>A version, or null where the store does not have it.</summary>
    public StoredModel? Find(string version)
    {
        var record = RecordPath(version);
        return IsFileName(version) && File.Exists(record) && File.Exists(FilePath(version)) ? Read(record) : null;
    }

    /// <summary>The file of a version.</summary>
    /// <exception cref="FileNotFoundException">The store does not have it.</exception>
    public string GetPath(string version) => Find(version) is null
        ? throw new FileNotFoundException($"The model version \"{version}\" is not in {_folder}; upload its file first, or choose one that ListModels names.")
        : FilePath(version);

    /// <summary>The file of a version, to be loaded: it is what was stored, all 256 bits of its sum, and signed by whom it must be.</summary>
    /// <returns>The file, and what people should know of its signature, behind "the model"; empty where it is trusted.</returns>
    /// <exception cref="FileNotFoundException">The store does not have it.</exception>
    /// <exception cref="ModelFileException">It was changed, or is not signed by whom it must be.</exception>
    public (string Path, string Doubt) GetTrusted(string version)
    {
        var path = GetPath(version);
        if (!IsWholeAsync(Find(version)!, CancellationToken.None).GetAwaiter().GetResult()) throw new ModelFileException($"{path}: is not the file that was stored; upload it again.");
        return (path, _trust is null ? "" : _trust.DoubtOf(_trust.Check(path)));
    }

    /// <summary>Whether the file on disk is still what was stored; one that is not gives way to the same file uploaded again.</summary>
    private async Task<bool> IsWholeAsync(StoredModel model, CancellationToken cancellationToken)
    {
        var path = FilePath(model.Version);
        return new FileInfo(path).Length == model.SizeBytes && await SumAsync(path, cancellationToken) == model.Sha256;
    }

    private static async Task<string> SumAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }

    private static ModelManifest LoadAndClose(string path)
    {
        using var model = ModelLoader.Load(path);
        return model.Manifest;
    }

    private static StoredModel? Read(string record)
    {
        try
        {
            return JsonSerializer.Deserialize<StoredModel>(File.ReadAllBytes(record), s_json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A version comes from a caller: it must not lead out of the folder.</summary>
    private static bool IsFileName(string version) => version.Length is > 0 and <= 128 && version.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private async Task<(string Sha256, long Size)> CopyAsync(Stream file, string target, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var written = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
        var buffer = new byte[1 << 20];
        for (int read; (read = await file.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (written.Length + read > _maxBytes)
                throw new ModelFileException($"The model file is larger than {_maxBytes} bytes; train a smaller model.");
            if (new DriveInfo(_folder).AvailableFreeSpace is var free && free - read < _reservedBytes)
                throw new IOException($"{_folder}: {free >> 20} MiB are free, of which {_reservedBytes >> 20} MiB stay for the inspection log (AnomalyLine:Management:ReservedDiskBytes); free the disk or remove models.");
            hash.AppendData(buffer, 0, read);
            await written.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        written.Flush(flushToDisk: true);
        return (Convert.ToHexStringLower(hash.GetHashAndReset()), written.Length);
    }

    private async Task WriteRecordAsync(StoredModel model, CancellationToken cancellationToken)
    {
        var part = Path.Combine(_folder, $"incoming-{Guid.NewGuid():N}.record");
        await File.WriteAllBytesAsync(part, JsonSerializer.SerializeToUtf8Bytes(model, s_json), cancellationToken);
        File.Move(part, RecordPath(model.Version), overwrite: true);
    }

    private string FilePath(string version) => Path.Combine(_folder, version + ".alm");

    private string RecordPath(string version) => Path.Combine(_folder, version + ".json");
}
