using System.CommandLine;
using AnomalyLine.Client;
using AnomalyLine.Imaging.Datasets;
using Grpc.Core;

namespace AnomalyLine.Camera.Commands;

/// <summary>The command line of the program AnomalyLine.Camera.</summary>
internal static class CameraCommandLine
{
    private const string Name = "AnomalyLine.Camera";

    /// <summary>Runs it.</summary>
    /// <returns>0 done, 1 failed, 2 wrong usage or file, 3 done without some files that cannot be read.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Output output, CancellationToken cancel)
    {
        var parsed = CameraCommand.CreateRoot(output).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await output.Error.WriteLineAsync($"{Name}: {string.Join(" ", parsed.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal))} See '{Name} --help'.");
            return ExitCode.WrongUsage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = output.Result, Error = output.Error, EnableDefaultExceptionHandler = false }, cancel);
        }
        catch (CommandException expected)
        {
            await output.Error.WriteLineAsync($"{Name}: {expected.Message}");
            return expected.ExitCode;
        }
        catch (RpcException failure)
        {
            await output.Error.WriteLineAsync($"{Name}: {RpcFailure.Describe(failure)}");
        }
        catch (Exception failure) when (failure is DatasetException or IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            await output.Error.WriteLineAsync($"{Name}: {RpcFailure.OneLine(failure.Message)}");
        }

        return ExitCode.Failed;
    }
}
