using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AnomalyLine.EndToEnd.Tests.Harness;

/// <summary>A child process whose lines can be waited for. Ended by its id at the latest when it is disposed of.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private const int SigTerm = 15, SigContinue = 18, SigStop = 19;
    private static readonly string s_state = Path.Combine(AppContext.BaseDirectory, "state");
    private readonly Process _process;
    private readonly Task _reading;
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningProgram(Process process, Action<string>? onLine)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, onLine), ReadAsync(process.StandardError, null));
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>All lines so far of standard output and standard error.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate) return [.. _lines];
        }
    }

    /// <summary>Starts it.</summary>
    /// <param name="file">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables beside the inherited ones.</param>
    /// <param name="onLine">Gets each line of standard output, one at a time, before who waits for it.</param>
    public static RunningProgram Start(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, Action<string>? onLine = null)
    {
        var start = new ProcessStartInfo(file, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };

        // What this process runs with is not what the program chooses for itself.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MALLOC_", StringComparison.Ordinal) || name is "OMP_WAIT_POLICY").ToList()) start.Environment.Remove(name);

        // Servers leave there for the command line how to find them; it is not the folder of whoever runs the tests.
        start.Environment["XDG_STATE_HOME"] = s_state;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return new RunningProgram(Process.Start(start)!, onLine);
    }

    /// <summary>Runs it to its end.</summary>
    /// <returns>Its exit code and all it said.</returns>
    public static async Task<(int Code, string Text)> RunAsync(string file, IEnumerable<string> arguments, TimeSpan limit)
    {
        await using var program = Start(file, arguments);
        var code = await program.WaitAsync(limit);
        return (code, string.Join('\n', program.Lines));
    }

    /// <summary>Waits until something holds that changes with this program's lines.</summary>
    /// <exception cref="TimeoutException">It did not hold by then, or the program ended before.</exception>
    public async Task UntilAsync(Func<bool> holds, TimeSpan limit, string what)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        end.CancelAfter(limit);
        while (true)
        {
            Task changed;
            lock (_gate) changed = _changed.Task;
            if (holds()) return;
            try
            {
                if (await Task.WhenAny(changed, _reading).WaitAsync(end.Token) == _reading && !holds()) throw Missing($"{what}: the program ended before");
            }
            catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                throw Missing($"{what}: not within {limit.TotalSeconds:0} s");
            }
        }
    }

    public Task UntilLineAsync(string part, TimeSpan limit) => UntilAsync(() => Lines.Any(line => line.Contains(part, StringComparison.Ordinal)), limit, $"a line with '{part}'");

    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>SIGTERM.</summary>
    public void AskToEnd() => _ = Kill(_process.Id, SigTerm);

    /// <summary>SIGSTOP: it does nothing until <see cref="Resume"/>.</summary>
    public void Suspend() => _ = Kill(_process.Id, SigStop);

    /// <summary>SIGCONT.</summary>
    public void Resume() => _ = Kill(_process.Id, SigContinue);

    /// <summary>SIGKILL to this process alone, not to its children.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>Exit code; 128 plus the signal's number where a signal ended it.</returns>
    public async Task<int> WaitAsync(TimeSpan limit)
    {
        try
        {
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(limit);
            await _reading.WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            throw Missing($"the end of the program: not within {limit.TotalSeconds:0} s");
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private TimeoutException Missing(string what) => new($"{what}\n{string.Join('\n', Lines.TakeLast(25))}");

    private async Task ReadAsync(StreamReader reader, Action<string>? onLine)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            onLine?.Invoke(line);
            TaskCompletionSource changed;
            lock (_gate)
            {
                if (onLine is null || _lines.Count < 1000) _lines.Add(line);
                (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            changed.SetResult();
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
