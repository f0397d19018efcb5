using System.Text;

namespace AnomalyLine.Cli.Commands;

/// <summary>Asks for a password: never as an argument, which lists of processes and histories show.</summary>
internal static class Password
{
    /// <summary>From the terminal, twice and unseen; or the first line of standard input.</summary>
    public static async Task<string> ReadAsync(Output output, CancellationToken cancel)
    {
        if (Console.IsInputRedirected) return await Console.In.ReadLineAsync(cancel) ?? throw new CommandException("Standard input has no password; write it there in one line.");
        await output.Error.WriteAsync("Password: ");
        var first = ReadUnseen(output);
        await output.Error.WriteAsync("The same again: ");
        return ReadUnseen(output) == first ? first : throw new CommandException("The two passwords differ; nothing was changed.");
    }

    private static string ReadUnseen(Output output)
    {
        var text = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter) break;
            if (key.Key == ConsoleKey.Backspace) text.Length = Math.Max(0, text.Length - 1);
            else if (!char.IsControl(key.KeyChar)) text.Append(key.KeyChar);
        }

        output.Error.WriteLine();
        return text.ToString();
    }
}
