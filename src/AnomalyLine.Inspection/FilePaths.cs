using System.Text.RegularExpressions;

namespace AnomalyLine.Inspection;

/// <summary>Paths of this machine in messages of the system, which are no business of callers.</summary>
public static partial class FilePaths
{
    /// <summary>The message with the names of files alone: "/var/lib/anomalyline/models/m.alm" becomes "m.alm".</summary>
    public static string WithoutFolders(string message) => message.Contains('/', StringComparison.Ordinal) ? Folders().Replace(message, "") : message;

    /// <summary>The folders of an absolute path; not those of an address, which stand after a colon.</summary>
    [GeneratedRegex("""(?<=^|[\s'"(\[=])/(?:[^/\s'"()\[\],;:]+/)+""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Folders();
}
