using System.Diagnostics;
using Npgsql;

namespace AnomalyLine.Management.Tests.Storage;

/// <summary>
/// A PostgreSQL server of its own for a test run, on a socket in a temporary folder; started by the first test that wants a database. It does not run as
/// root: where the tests do, it runs as the user "postgres" of the Debian package.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"anomalyline-pg-{Guid.NewGuid():N}"[..24]);
    private Process? _server;
    private int _databases;

    /// <summary>A new, empty database. Skips the test where PostgreSQL is missing.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).FirstOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
            : null;
        Assert.SkipWhen(programs is null, "PostgreSQL is missing: install the Debian package postgresql (deploy/install-native.sh --test does).");
        await _starting.WaitAsync();
        try
        {
            _server ??= await StartAsync(programs);
            var name = $"test_{++_databases}";
            await using var connection = new NpgsqlConnection(Connect("postgres"));
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
            await command.ExecuteNonQueryAsync();
            return Connect(name);
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _starting.Dispose();
        if (_server is not null)
        {
            NpgsqlConnection.ClearAllPools();
            _server.Kill();
            await _server.WaitForExitAsync();
            _server.Dispose();
        }

        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private string Connect(string database) => $"Host={_folder};Database={database};Username=line;Timeout=10";

    private async Task<Process> StartAsync(string programs)
    {
        Directory.CreateDirectory(_folder);
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", "postgres", _folder);
        var data = Path.Combine(_folder, "data");
        await RunAsync(AsUser(Path.Combine(programs, "initdb"), "-D", data, "-U", "line", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"));
        var server = await StartToStayAsync(AsUser(Path.Combine(programs, "postgres"), "-D", data, "-k", _folder, "-h", "", "-F"));
        while (await server.StandardError.ReadLineAsync() is { } line)
        {
            if (!line.Contains("ready to accept connections", StringComparison.Ordinal)) continue;
            _ = server.StandardError.ReadToEndAsync();
            return server;
        }

        throw new InvalidOperationException("PostgreSQL ended while it started.");
    }

    /// <summary>Starts it from a thread that lives as long: the signal at its parent's death comes with the death of the thread that started it, and those of the pool come and go.</summary>
    private static Task<Process> StartToStayAsync(params string[] command)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            var process = Start(command);
            started.SetResult(process);
            process.WaitForExit();
        })
        { IsBackground = true }.Start();
        return started.Task;
    }

    /// <summary>The server ends with the tests, also when these are killed.</summary>
    private static string[] AsUser(params string[] command) => Environment.IsPrivilegedProcess
        ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--pdeathsig=KILL", .. command]
        : ["setpriv", "--pdeathsig=KILL", .. command];

    private static async Task RunAsync(params string[] command)
    {
        using var process = Start(command);
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{string.Join(' ', command)}: {await error}");
    }

    private static Process Start(params string[] command) => Process.Start(new ProcessStartInfo(command[0], command[1..])
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = "/",
    })!;
}
