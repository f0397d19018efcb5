using System.CommandLine;
using AnomalyLine.Management;
using AnomalyLine.Management.Backup;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline backup` and `restore`: everything that a server keeps, in one file. They work on the data folder itself, so that who may read it may back it up.</summary>
internal static class BackupCommand
{
    private const string ConnectionVariable = "AnomalyLine__Management__ConnectionString";

    public static Command CreateBackup(Output output)
    {
        var to = new Option<string>("--to") { Description = "File to write.", Required = true, HelpName = "FILE" };
        var data = Data();
        var (connection, passphrase) = (Connection(), PassphraseFile());
        var json = CommonOptions.Json();
        var command = new Command("backup", "Copy everything that a server on this machine keeps into one signed file, while it runs or not.") { to, data, connection, passphrase, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var file = parsed.GetRequiredValue(to);
            var manifest = await BackupWriter.WriteAsync(parsed.GetRequiredValue(data), Options(parsed.GetValue(connection), parsed.GetValue(passphrase)), file, TimeProvider.System, cancel);
            await TellAsync(output, parsed.GetValue(json), file, "written", manifest);
            return ExitCode.Done;
        });
        return command;
    }

    public static Command CreateRestore(Output output)
    {
        var from = new Option<string>("--from") { Description = "The backup.", Required = true, HelpName = "FILE" };
        var data = Data();
        var (connection, passphrase) = (Connection(), PassphraseFile());
        var signer = new Option<string?>("--signer") { Description = "Fingerprint of the server that must have signed it, as 'backup' printed it.", HelpName = "SHA256:HEX" };
        var unsigned = new Option<bool>("--accept-unsigned") { Description = "Take a backup of an earlier release, which nobody signed." };
        var json = CommonOptions.Json();
        var command = new Command("restore", "Make a data folder from a backup; the folder must be empty or not there, and its server stopped.") { from, data, connection, passphrase, signer, unsigned, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var file = parsed.GetRequiredValue(from);
            if (!File.Exists(file)) throw new CommandException($"{file}: no such file.");
            var trust = new BackupTrust(parsed.GetValue(signer), parsed.GetValue(unsigned));
            var manifest = await BackupReader.RestoreAsync(file, parsed.GetRequiredValue(data), Options(parsed.GetValue(connection), parsed.GetValue(passphrase)), trust, cancel);
            await TellAsync(output, parsed.GetValue(json), parsed.GetRequiredValue(data), "restored", manifest);
            return ExitCode.Done;
        });
        return command;
    }

    private static Option<string> Data() => new("--data") { Description = "The server's data folder.", DefaultValueFactory = _ => "data", HelpName = "DIR" };

    private static Option<string?> PassphraseFile() => new("--passphrase-file") { Description = "A file whose first line is the passphrase that the backup is encrypted with.", HelpName = "FILE" };

    private static Option<string?> Connection() => new("--connection-string")
    {
        Description = $"Where management's data is on PostgreSQL; the variable {ConnectionVariable} by default, else it is in the folder.",
        HelpName = "TEXT",
    };

    private static ManagementOptions Options(string? connection, string? passphrase)
    {
        var options = new ManagementOptions
        {
            ConnectionString = connection ?? Environment.GetEnvironmentVariable(ConnectionVariable) ?? "",
            BackupPassphraseFile = passphrase ?? "",
        };
        return options.Validate() is { Count: > 0 } errors ? throw new CommandException(string.Join(' ', errors)) : options;
    }

    private static async Task TellAsync(Output output, bool json, string what, string done, BackupManifest manifest)
    {
        var bytes = manifest.Files.Sum(file => file.Size);
        if (json) output.WriteJson(new { path = what, files = manifest.Files.Count, bytes, creationTime = manifest.CreationTime, auditEntries = manifest.AuditEntries, auditHead = manifest.AuditHead, signer = manifest.Signer });
        else await output.Result.WriteLineAsync($"{what}: {done}, {manifest.Files.Count} files, {bytes / 1048576.0:0.0} MiB; audit with {manifest.AuditEntries} entries, head {manifest.AuditHead}; {(manifest.Signer.Length > 0 ? $"signed by {manifest.Signer}" : "not signed")}.");
    }
}
