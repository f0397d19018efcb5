namespace AnomalyLine.Vision.Models;

/// <summary>Writes a file whole: a reader never sees a half of it, and a failure leaves what was there before.</summary>
internal static class WholeFile
{
    /// <summary>Writes beside the path, to the disk, then moves.</summary>
    /// <param name="path">Where to; its folder must exist.</param>
    /// <param name="write">Writes all of it.</param>
    /// <param name="check">Is given the written file before it takes its place; what it throws leaves that as it was. Null for no check.</param>
    public static void Write(string path, Action<Stream> write, Action<string>? check = null)
    {
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
