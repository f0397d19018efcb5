namespace AnomalyLine.Detection.Models;

/// <summary>Writes a file whole: a reader never sees a half of it, and a failure leaves what was there before.</summary>
public static class AtomicFile
{
    /// <summary>Why a file cannot be written, told before the work that makes it; null where it can.</summary>
    /// <param name="path">The file that is to be written.</param>
    public static string? WhyNot(string path)
    {
        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full);
        if (Directory.Exists(full)) return $"the output {path} is a folder; name a file in it.";
        if (folder is null || !Directory.Exists(folder)) return $"the output's folder {folder} does not exist; make it first.";
        try
        {
            var probe = $"{full}.{Guid.NewGuid():N}.part";
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write)) { }

            File.Delete(probe);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the output {path} cannot be written: {e.Message}";
        }
    }

    /// <summary>Why files cannot be written into a folder, told before the work that makes them; null where they can.</summary>
    /// <param name="folder">The folder; made where it is missing.</param>
    public static string? WhyNotInto(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the output's folder {folder} cannot be made: {e.Message}";
        }

        return WhyNot(Path.Combine(folder, "probe"));
    }

    /// <summary>Writes beside the path, to the disk, then moves.</summary>
    /// <param name="path">Where to; its folder must exist.</param>
    /// <param name="write">Writes all of it.</param>
    /// <param name="check">Is given the written file before it takes its place; what it throws leaves that as it was. Null for no check.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">This account may not write there.</exception>
    public static void Write(string path, Action<Stream> write, Action<string>? check = null)
    {
        ArgumentNullException.ThrowIfNull(write);
        var part = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            using (var stream = new FileStream(part, FileMode.CreateNew, FileAccess.Write))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            check?.Invoke(part);
            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }
}
