using System.Runtime.InteropServices;

namespace AnomalyLine.Server.Hosting;

/// <summary>Who else on this machine may read what the server writes: nobody. Its files hold pictures of parts, the audit, keys and hashes of passwords.</summary>
internal static class FileModes
{
    private const uint OthersNothing = 0x3F;

    /// <summary>Files are made 0600 and folders 0700 from here on, by this process and its children.</summary>
    public static void KeepToThisAccount() => _ = Umask(OthersNothing);

    /// <summary>Closes a folder to other accounts, with what earlier releases left in it.</summary>
    /// <returns>What to do where that is not possible; null where it is done.</returns>
    public static string? Close(string folder)
    {
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (OperatingSystem.IsWindows()) return null;
        try
        {
            Directory.CreateDirectory(folder, ownerOnly);
            if ((File.GetUnixFileMode(folder) & ~ownerOnly) != UnixFileMode.None) File.SetUnixFileMode(folder, ownerOnly);
            return null;
        }
        catch (UnauthorizedAccessException failure)
        {
            return $"Other accounts may read the data folder {folder}, and its mode cannot be changed ({failure.Message}); make it the server's own: chown and chmod 700.";
        }
    }

    [DllImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint Umask(uint mask);
}
