using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace AnomalyLine.Detection.Models;

/// <summary>
/// The .alm file: a zip of manifest.json, weights.safetensors, normal.safetensors where maps are normalised, backbone.onnx where features are judged, and reference/*.png, each with its SHA-256 in the manifest
/// (docs/adr/0003-model-file.md); and manifest.sig where somebody signed the manifest. Nothing in it is executed.
/// </summary>
public static class ModelFile
{
    internal const string WeightsName = "weights.safetensors";
    internal const string BackboneName = "backbone.onnx";
    internal const string NormalName = "normal.safetensors";
    private const string ManifestName = "manifest.json", SignatureName = "manifest.sig";
    private const long MaxManifestBytes = 16L * 1024 * 1024, MaxSignatureBytes = 64 * 1024;

    /// <summary>Largest sum of the other files, unpacked: 1 GiB, and so many times the bytes of the archive. They are stored, not compressed; a tool that packs them again gains little.</summary>
    private const long MaxUnpackedBytes = 1L * 1024 * 1024 * 1024, MaxUnpackedTimes = 8;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, RespectNullableAnnotations = true };

    /// <summary>Reads the manifest and the file's version without loading the model.</summary>
    /// <param name="path">The .alm file.</param>
    /// <returns>The manifest; the version, which is the method and the first 12 hex digits of the file's SHA-256; and all 64 of them.</returns>
    /// <exception cref="ModelFileException">The file is missing, damaged or of another format version.</exception>
    public static (ModelManifest Manifest, string Version, string Sha256) ReadManifest(string path)
    {
        var (manifest, sha256, _) = Read(path, withFiles: false);
        return (manifest, VersionOf(manifest, sha256), sha256);
    }

    /// <summary>The bytes of the manifest and of the signature over them, for who knows what a signature is; null where it is not signed.</summary>
    /// <exception cref="ModelFileException">The file is missing, damaged or of another format version.</exception>
    public static (byte[] Manifest, byte[]? Signature) ReadSignature(string path) => WithErrors(path, () =>
    {
        using var stream = File.OpenRead(path);
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
        CheckContents(path, zip, ReadManifest(path, zip), stream.Length);
        return (ReadEntry(path, zip, ManifestName, MaxManifestBytes), zip.GetEntry(SignatureName) is null ? null : ReadEntry(path, zip, SignatureName, MaxSignatureBytes));
    });

    /// <summary>Puts a signature into the file, in the place of the one that may be there. Its bytes, and so its version, become others; what was there before stays where that fails.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sign">Is given the bytes of the manifest, which names the sums of all other files.</param>
    /// <exception cref="ModelFileException">The file is missing, damaged or of another format version.</exception>
    public static void Sign(string path, Func<byte[], byte[]> sign)
    {
        ArgumentNullException.ThrowIfNull(sign);
        // What it names is what is signed: nobody signs a file that is not whole.
        var (manifest, _, files) = Read(path);
        var bytes = sign(ReadSignature(path).Manifest);
        WithErrors(path, () =>
        {
            AtomicFile.Write(path, stream =>
            {
                using var old = ZipFile.OpenRead(path);
                using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
                Add(zip, ManifestName, ReadEntry(path, old, ManifestName, MaxManifestBytes), manifest.CreationTime);
                foreach (var (name, content) in files) Add(zip, name, content, manifest.CreationTime);
                Add(zip, SignatureName, bytes, manifest.CreationTime);
            });
            return true;
        });
    }

    internal static string VersionOf(ModelManifest manifest, string sha256) => $"{manifest.Method}-{sha256[..12]}";

    /// <summary>Writes a model file whole: a reader never sees a half of it, and a failure leaves what was there before.</summary>
    /// <param name="path">Where to; its folder must exist.</param>
    /// <param name="manifest">With any <see cref="ModelManifest.Files"/>; they are filled in.</param>
    /// <param name="files">The other files of the archive by name.</param>
    /// <param name="check">Is given the written file before it takes its place; what it throws leaves that as it was. Null for no check.</param>
    /// <returns>The manifest as written.</returns>
    internal static ModelManifest Write(string path, ModelManifest manifest, IReadOnlyDictionary<string, byte[]> files, Action<string>? check = null)
    {
        var complete = manifest with { Files = files.ToDictionary(f => f.Key, f => Convert.ToHexStringLower(SHA256.HashData(f.Value))) };
        AtomicFile.Write(path, stream =>
        {
            using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
            Add(zip, ManifestName, JsonSerializer.SerializeToUtf8Bytes(complete, Json), manifest.CreationTime);
            foreach (var (name, bytes) in files) Add(zip, name, bytes, manifest.CreationTime);
        }, check);
        return complete;
    }

    /// <summary>Reads and checks everything.</summary>
    /// <exception cref="ModelFileException">The file is missing, damaged or of another format version.</exception>
    internal static (ModelManifest Manifest, string Sha256, IReadOnlyDictionary<string, byte[]> Files) Read(string path, bool withFiles = true) => WithErrors(path, () =>
    {
        using var stream = File.OpenRead(path);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(stream));
        stream.Position = 0;
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
        var manifest = ReadManifest(path, zip);
        CheckContents(path, zip, manifest, stream.Length);
        var files = new Dictionary<string, byte[]>();
        foreach (var (name, sum) in withFiles ? manifest.Files : new Dictionary<string, string>())
        {
            var bytes = ReadEntry(path, zip, name);
            if (!string.Equals(Convert.ToHexStringLower(SHA256.HashData(bytes)), sum, StringComparison.Ordinal))
                throw new ModelFileException($"{path}: {name} does not have the SHA-256 that the manifest names; the file is damaged, copy it again.");
            files.Add(name, bytes);
        }

        return (manifest, sha256, (IReadOnlyDictionary<string, byte[]>)files);
    });

    private static T WithErrors<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelFileException($"{path}: no such file; name a model file that 'anomalyline train' wrote.", e);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new ModelFileException($"{path}: not a model file, or damaged ({e.Message.TrimEnd('.')}); copy it again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException($"{path}: cannot be read or written: {e.Message}", e);
        }
    }

    private static ModelManifest ReadManifest(string path, ZipArchive zip)
    {
        var bytes = ReadEntry(path, zip, ManifestName, MaxManifestBytes);
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var version = json.RootElement.TryGetProperty("formatVersion", out var v) && v.TryGetInt32(out var number) ? number : 0;
            if (version != ModelManifest.CurrentFormatVersion)
                throw new ModelFileException($"{path}: has format version {version}; this program reads {ModelManifest.CurrentFormatVersion}. Use the matching release or train again.");
            var manifest = json.Deserialize<ModelManifest>(Json) ?? throw new JsonException("it is null");
            return manifest.References.All(reference => reference?.File is not null) ? manifest : throw new JsonException("one of its references names no file; every one needs \"file\" and \"score\"");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ModelFileException($"{path}: the manifest cannot be read: {e.Message}", e);
        }
    }

    private static void Add(ZipArchive zip, string name, byte[] bytes, DateTimeOffset time)
    {
        // Weights and PNG files hardly shrink: storing them keeps loading fast.
        var entry = zip.CreateEntry(name, name == ManifestName ? CompressionLevel.Optimal : CompressionLevel.NoCompression);
        entry.LastWriteTime = time;
        using var stream = entry.Open();
        stream.Write(bytes);
    }

    /// <summary>Refuses what the manifest does not name, and what would take more memory unpacked than a model can, before anything of it is unpacked.</summary>
    private static void CheckContents(string path, ZipArchive zip, ModelManifest manifest, long archiveBytes)
    {
        var most = Math.Min(MaxUnpackedBytes, MaxUnpackedTimes * archiveBytes);
        var (total, seen) = (0L, new HashSet<string>(StringComparer.Ordinal));
        foreach (var entry in zip.Entries)
        {
            if (!seen.Add(entry.FullName)) throw new ModelFileException($"{path}: has {entry.FullName} twice; it is not a model file, or damaged.");
            if (entry.FullName is ManifestName or SignatureName) continue;
            if (!manifest.Files.ContainsKey(entry.FullName)) throw new ModelFileException($"{path}: has {entry.FullName}, which the manifest does not name; it is not a model file, or damaged.");
            if ((total += entry.Length) > most) throw new ModelFileException($"{path}: its files have more than {most} bytes unpacked, the limit for an archive of {archiveBytes}; it is not a model file, or damaged.");
        }
    }

    private static byte[] ReadEntry(string path, ZipArchive zip, string name, long most = MaxUnpackedBytes)
    {
        var entry = zip.GetEntry(name) ?? throw new ModelFileException($"{path}: has no {name}; it is not a model file, or damaged.");
        if (entry.Length > most) throw new ModelFileException($"{path}: {name} has {entry.Length} bytes, more than the limit of {most}.");
        var bytes = new byte[entry.Length];
        using var stream = entry.Open();
        stream.ReadExactly(bytes);
        return bytes;
    }
}
