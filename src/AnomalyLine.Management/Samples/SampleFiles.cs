using System.Security.Cryptography;

namespace AnomalyLine.Management.Samples;

/// <summary>The pictures of samples: samples/ab/abcd….png, named by their SHA-256. A file is there whole or not at all. Any thread.</summary>
public sealed class SampleFiles
{
    private readonly string _folder;
    private readonly long _reservedBytes;
    private readonly Func<string, long> _freeBytes;

    /// <summary>Opens the folder "samples" of a data folder; it is made with the first file.</summary>
    /// <param name="dataFolder">The data folder.</param>
    /// <param name="reservedBytes">Free space that stays: with less, nothing is written.</param>
    /// <param name="freeBytes">Gives the free space of the disk that has a folder; null asks the system.</param>
    public SampleFiles(string dataFolder, long reservedBytes, Func<string, long>? freeBytes = null)
    {
        _folder = Path.Combine(Path.GetFullPath(dataFolder), "samples");
        _reservedBytes = reservedBytes;
        _freeBytes = freeBytes ?? (folder => new DriveInfo(folder).AvailableFreeSpace);
    }

    /// <summary>SHA-256 of a file's bytes, 64 lower-case hex digits.</summary>
    public static string Hash(ReadOnlySpan<byte> file) => Convert.ToHexStringLower(SHA256.HashData(file));

    /// <summary>Where a picture is, or would be.</summary>
    public string PathOf(string sha256)
    {
        ArgumentNullException.ThrowIfNull(sha256);
        return Path.Combine(_folder, sha256[..2], sha256 + ".png");
    }

    /// <summary>Writes a picture; one that is there already stays.</summary>
    /// <returns>Whether it was written.</returns>
    /// <exception cref="IOException">The disk is full or broken, or would have less than the reserved space; nothing is left behind.</exception>
    public bool Write(string sha256, ReadOnlySpan<byte> file)
    {
        var path = PathOf(sha256);
        if (File.Exists(path)) return false;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (_freeBytes(_folder) is var free && free - file.Length < _reservedBytes)
            throw new IOException($"{_folder}: {free >> 20} MiB are free, of which {_reservedBytes >> 20} MiB stay for the inspection log (AnomalyLine:Management:ReservedDiskBytes); free the disk or lower the stations' quotas.");
        var part = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            using (var stream = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1))
            {
                stream.Write(file);
                stream.Flush(flushToDisk: true);
            }

            File.Move(part, path, overwrite: true);
            return true;
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Takes a picture away; nothing happens where it is gone already.</summary>
    public void Delete(string sha256)
    {
        if (File.Exists(PathOf(sha256))) File.Delete(PathOf(sha256));
    }
}
