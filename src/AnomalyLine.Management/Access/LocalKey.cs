using System.Globalization;
using System.Text;

namespace AnomalyLine.Management.Access;

/// <summary>
/// The key by which programs on the server's machine prove that they may read its data folder: the file local.key there, another key at each start of the server. A link to it in a folder
/// of the account that runs the server, named by the port of gRPC, lets the command line of the same account find it.
/// </summary>
public static class LocalKey
{
    /// <summary>Name of the file in the data folder.</summary>
    public const string FileName = "local.key";

    /// <summary>Where systemd gives a service a folder, it names it so; the unit of this repository calls it /run/anomalyline.</summary>
    private const string ServiceFolderVariable = "RUNTIME_DIRECTORY", ServiceFolder = "/run/anomalyline";

    /// <summary>Writes the key of this start.</summary>
    /// <returns>Path of the file.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written.</exception>
    public static string Write(string dataFolder, string key)
    {
        var path = Path.Combine(Path.GetFullPath(dataFolder), FileName);
        PrivateFile.Write(path, Encoding.ASCII.GetBytes(key + "\n"));
        return path;
    }

    /// <summary>Makes the link by which the command line finds it.</summary>
    /// <param name="path">The key's file.</param>
    /// <param name="port">The server's port of gRPC.</param>
    /// <exception cref="IOException">The account has no folder for it.</exception>
    /// <exception cref="UnauthorizedAccessException">The account has no folder for it.</exception>
    public static void Publish(string path, int port)
    {
        var folder = Environment.GetEnvironmentVariable(ServiceFolderVariable) is { Length: > 0 } given ? given.Split(':')[0] : OwnFolder;
        if (folder.Length == 0) throw new IOException("the account has no home folder");
        PrivateFile.CreateFolder(folder);
        var made = Path.Combine(folder, $"{Guid.NewGuid():N}.part");
        File.CreateSymbolicLink(made, path);
        File.Move(made, LinkIn(folder, port), overwrite: true);
    }

    /// <summary>The key of the server with this port of gRPC, where this account may read it; else null.</summary>
    public static string? Find(int port)
    {
        foreach (var folder in (string[])[OwnFolder, ServiceFolder])
        {
            try
            {
                if (folder.Length > 0 && File.ReadAllText(LinkIn(folder, port)).Trim() is { Length: > 0 } key) return key;
            }
            catch (Exception none) when (none is IOException or UnauthorizedAccessException)
            {
                // No server of this account has this port, or another account's has it.
            }
        }

        return null;
    }

    private static string OwnFolder => Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state ? Path.Combine(state, "anomalyline")
        : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home ? Path.Combine(home, ".local", "state", "anomalyline")
        : "";

    private static string LinkIn(string folder, int port) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{port}.key"));
}
