using System.CommandLine;
using AnomalyLine.Camera.Commands;
using AnomalyLine.Management.Access;
using AnomalyLine.Management.OpcUa;

namespace AnomalyLine.Cli.Commands;

/// <summary>The command line: all commands, and what happens around each.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command line.</summary>
    /// <returns>0 done, 1 failed, 2 wrong usage, 3 done without some files that cannot be read.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Output output, CancellationToken cancel)
    {
        var parsed = Create(output).Parse(args);
        var command = string.Join(' ', Names(parsed.CommandResult));
        if (parsed.Errors.Count > 0)
        {
            var errors = string.Join(" ", parsed.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal));
            await output.Error.WriteLineAsync($"{command}: {errors} See '{command} --help'.");
            return ExitCode.WrongUsage;
        }

        try
        {
            var invocation = new InvocationConfiguration { Output = output.Result, Error = output.Error, EnableDefaultExceptionHandler = false };
            return await parsed.InvokeAsync(invocation, cancel);
        }
        catch (Exception exception) when (ExpectedFailure.Describe(exception) is { } line)
        {
            await output.Error.WriteLineAsync($"{command}: {line}");
            return exception switch
            {
                CommandException expected => expected.ExitCode,
                TrustListException { IsUsage: true } => ExitCode.WrongUsage,
                _ => ExitCode.Failed,
            };
        }
    }

    private static RootCommand Create(Output output) => new("Visual inspection by reconstruction: train and judge models, feed stations, watch verdicts.")
    {
        ServerOptions.Key,
        ServerOptions.Authority, ServerOptions.Certificate, ServerOptions.CertificateKey,
        TrainCommand.Create(output),
        TuneCommand.Create(output),
        EvaluateCommand.Create(output),
        CalibrateCommand.Create(output),
        InspectCommand.Create(output),
        ExportCommand.Create(output),
        MethodsCommand.Create(output),
        BackbonesCommand.Create(output),
        CameraCommand.Create(output, LocalKey.Find),
        WatchCommand.Create(output),
        InspectionsCommand.Create(output),
        ReportCommand.Create(output),
        StationsCommand.Create(output),
        ModelsCommand.Create(output),
        JobsCommand.Create(output),
        SamplesCommand.Create(output),
        AuditCommand.Create(output),
        UsersCommand.Create(output),
        KeysCommand.Create(output),
        SessionsCommand.Create(output),
        HealthCommand.Create(output),
        BenchCommand.Create(output),
        OpcUaCommand.Create(output),
        BackupCommand.CreateBackup(output),
        BackupCommand.CreateRestore(output),
        SigningCommands.CreateSign(output),
        SigningCommands.CreateVerify(output),
        SigningCommands.CreateSigners(output),
    };

    private static IEnumerable<string> Names(System.CommandLine.Parsing.SymbolResult? result)
    {
        var names = new List<string>();
        for (; result is not null; result = result.Parent)
        {
            if (result is System.CommandLine.Parsing.CommandResult command) names.Insert(0, command.Command is RootCommand ? "anomalyline" : command.Command.Name);
        }

        return names;
    }
}
