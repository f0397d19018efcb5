using AnomalyLine.Cli.Commands;

namespace AnomalyLine.Cli.Tests;

/// <summary>A command line that was run in this process, and what it left.</summary>
internal sealed record CliRun(int ExitCode, string Result, string Error)
{
    public string[] ResultLines => Result.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    public static async Task<CliRun> RunAsync(params string[] args)
    {
        using var result = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await CommandLine.RunAsync(args, new Output(result, error, isTerminal: false), TestContext.Current.CancellationToken);
        return new CliRun(exitCode, result.ToString(), error.ToString());
    }
}
