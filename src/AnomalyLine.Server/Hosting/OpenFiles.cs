using System.Globalization;

namespace AnomalyLine.Server.Hosting;

/// <summary>How many files the system lets this process have open; a server that meets the limit while it runs fails in ways that say nothing.</summary>
internal static class OpenFiles
{
    private const string LimitsFile = "/proc/self/limits", Line = "Max open files";

    /// <summary>What to do where the limit is too low for the server itself and so many connections; null where it is not, or is not known.</summary>
    public static string? Lack(int connections, int ownFiles)
    {
        if (!File.Exists(LimitsFile) || File.ReadLines(LimitsFile).FirstOrDefault(line => line.StartsWith(Line, StringComparison.Ordinal)) is not { } limit) return null;
        var soft = limit[Line.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return !int.TryParse(soft, CultureInfo.InvariantCulture, out var files) || files >= connections + ownFiles ? null
            : $"This process may have {files} files open, but the server needs {connections + ownFiles}: {ownFiles} of its own and one for each of {connections} connections (AnomalyLine:Limits:Connections). "
            + "Raise the limit (ulimit -n 65536, or LimitNOFILE=65536 in the unit of systemd), or lower the option.";
    }
}
