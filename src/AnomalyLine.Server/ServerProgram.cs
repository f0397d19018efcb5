using AnomalyLine.Inspection;
using AnomalyLine.Server.Demo;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.Memory;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server;

/// <summary>The server as a program.</summary>
internal static class ServerProgram
{
    private const int Failed = 1;
    private const int WrongUsage = 2;

    /// <summary>Runs until it is stopped, or answers a question.</summary>
    /// <returns>0 when it was stopped or has answered, 1 when it could not run, 2 when its configuration is wrong.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (CommandWords.Answer(args) is { } answer)
        {
            await System.Console.Out.WriteLineAsync(answer);
            return 0;
        }

        if (OpenFiles.Lack(connections: 0, LimitsOptions.OwnFiles) is { } lack) return await ExplainAsync(lack, Failed);
        if (MemoryBudget.Lack(new MachineMemory()) is { } tooLittle) return await ExplainAsync(tooLittle, Failed);
        FileModes.KeepToThisAccount();
        try
        {
            var demo = DemoOptions.Parse(ref args);
            CommandWords.Check(args);
            await using var app = ServerHost.Build(args, demo);
            using var native = NativeMessages.ToLog(app.Services.GetRequiredService<ILogger<NativeMessages>>());
            var options = app.Services.GetRequiredService<AnomalyLineOptions>();
            if (OpenFiles.Lack(options.Limits.Connections, LimitsOptions.OwnFiles) is { } tooFew) return await ExplainAsync(tooFew, Failed);
            if (FileModes.Close(options.DataFolder) is { } open) await System.Console.Error.WriteLineAsync(open);
            await app.RunAsync();
            return 0;
        }
        catch (InvalidOptionsException wrong)
        {
            return await ExplainAsync(wrong.Message, WrongUsage);
        }
        catch (LogOpenException cannot)
        {
            return await ExplainAsync(cannot.Message, Failed);
        }
        catch (IOException cannot)
        {
            // Such as a port that another program has.
            return await ExplainAsync($"{cannot.Message} Stop the program that has it, or set another port in the configuration (AnomalyLine:HttpPort, AnomalyLine:GrpcPort).", Failed);
        }
    }

    private static async Task<int> ExplainAsync(string message, int code)
    {
        await System.Console.Error.WriteLineAsync(message);
        return code;
    }
}
