using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AnomalyLine.Management.Processes;

/// <summary>
/// A child process that ends with its parent: its standard input is a pipe that nobody writes to, and its end of file means that the parent is gone.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private readonly Process _process;
    private readonly Task _reading;

    private ChildProcess(Process process, Action<string> onOutput, Action<string> onError)
    {
        _process = process;
        Id = process.Id;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, onOutput), ReadAsync(process.StandardError, onError));
    }

    /// <summary>Process id.</summary>
    public int Id { get; }

    /// <summary>Starts the child.</summary>
    /// <param name="command">What to start.</param>
    /// <param name="onOutput">Gets each line of its standard output, one at a time.</param>
    /// <param name="onError">Gets each line of its standard error, one at a time.</param>
    /// <exception cref="Win32Exception">This machine starts no processes (it lacks setsid). A program that is missing ends with code 127.</exception>
    public static ChildProcess Start(ChildCommand command, Action<string> onOutput, Action<string> onError)
    {
        ArgumentNullException.ThrowIfNull(command);

        // A session of its own: Ctrl-C at a terminal reaches the parent alone, which then stops its children in its own order.
        var start = new ProcessStartInfo("setsid", [command.FileName, .. command.Arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in command.Environment) start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new Win32Exception($"{command.FileName} did not start.");
        return new ChildProcess(process, onOutput, onError);
    }

    /// <summary>Waits until the child has ended and its last line has been read.</summary>
    /// <returns>Its exit code; 128 plus the signal's number where a signal ended it.</returns>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        await _reading.WaitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Asks the child to end (SIGTERM), and ends it (SIGKILL) where it has not by then.</summary>
    /// <param name="patience">How long it may take over it; zero ends it at once.</param>
    public async Task StopAsync(TimeSpan patience)
    {
        if (!_process.HasExited && patience > TimeSpan.Zero)
        {
            using var limit = new CancellationTokenSource(patience);
            _ = Kill(Id, SigTerm);
            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Ends the child at once where it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        _process.Dispose();
    }

    private static async Task ReadAsync(StreamReader reader, Action<string> onLine)
    {
        while (await reader.ReadLineAsync() is { } line) onLine(line);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
