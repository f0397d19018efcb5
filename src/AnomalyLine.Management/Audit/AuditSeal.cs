using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AnomalyLine.Management.Access;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Management.Audit;

/// <summary>
/// The end of the audit's chain as the server last wrote it, outside the database and under a key of the server: who has rights on the database alone can neither write the chain anew nor cut
/// it off unseen. Each end is also a line of the program's log, for who keeps that elsewhere. Both files are in the data folder, readable by its account alone. Any thread.
/// </summary>
/// <param name="dataFolder">The data folder.</param>
/// <param name="logger">Hears of each end.</param>
public sealed partial class AuditSeal(string dataFolder, ILogger<AuditSeal> logger)
{
    /// <summary>The file of the end in the data folder: ENTRIES:HEAD:MAC.</summary>
    public const string FileName = "audit.seal";

    /// <summary>The file of the key in the data folder.</summary>
    public const string KeyFileName = "audit.key";

    private const int KeyBytes = 32;
    private readonly string _path = Path.Combine(Path.GetFullPath(dataFolder), FileName), _keyPath = Path.Combine(Path.GetFullPath(dataFolder), KeyFileName);
    private readonly Lock _lock = new();

    /// <summary>Seals the end of the chain, with a new key if there is none yet.</summary>
    /// <exception cref="IOException">The files cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The files cannot be written.</exception>
    internal void Set(long entries, string head)
    {
        lock (_lock)
        {
            if (!File.Exists(_keyPath)) PrivateFile.Write(_keyPath, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes))));
            PrivateFile.Write(_path, Encoding.ASCII.GetBytes(Text(entries, head)));
        }

        LogEnd(entries, head);
    }

    /// <summary>The sealed end; nothing where none was sealed yet; or what is wrong with the seal.</summary>
    internal (long Entries, string Head, string Fault) Read()
    {
        lock (_lock)
        {
            try
            {
                if (!File.Exists(_keyPath)) return (0, AuditEntry.NoHash, File.Exists(_path) ? $"{_keyPath}, the key of the seal, is missing" : "");
                if (!File.Exists(_path)) return (0, AuditEntry.NoHash, $"{_path}, the seal of the chain's end, is missing");
                var text = File.ReadAllText(_path);
                return text.Split(':') is [var count, var head, _] && long.TryParse(count, CultureInfo.InvariantCulture, out var entries)
                    && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(Text(entries, head)))
                        ? (entries, head, "")
                        : (0, AuditEntry.NoHash, $"{_path}, the seal of the chain's end, is not the server's: somebody else wrote it");
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException)
            {
                return (0, AuditEntry.NoHash, $"the seal of the chain's end cannot be read: {failure.Message.TrimEnd('.')}");
            }
        }
    }

    private string Text(long entries, string head)
    {
        var end = string.Create(CultureInfo.InvariantCulture, $"{entries}:{head}");
        return $"{end}:{Convert.ToHexStringLower(HMACSHA256.HashData(Convert.FromHexString(File.ReadAllText(_keyPath).Trim()), Encoding.ASCII.GetBytes(end)))}";
    }

    [LoggerMessage(240, LogLevel.Information, "The audit has {Entries} entries, head {Head}")]
    private partial void LogEnd(long entries, string head);

    [LoggerMessage(241, LogLevel.Error, "The end of the audit cannot be sealed; make room on the disk of the data folder, or give the server its rights there")]
    internal partial void LogFailed(Exception failure);
}
