using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AnomalyLine.Server.Tests;

/// <summary>Debian's broker on a free port of this machine; what it has promised to deliver survives its death.</summary>
internal sealed class Mosquitto : IAsyncDisposable
{
    private const string Program = "/usr/sbin/mosquitto";

    /// <summary>In memory where that is possible: it writes after each message, which outlives its death, and no power failure is played here.</summary>
    private readonly string _folder = Directory.CreateDirectory(
        Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"anomalyline-mosquitto-{Guid.NewGuid():N}")).FullName;
    private Process? _process;

    private Mosquitto(bool isGuarded)
    {
        Port = TestPort.Next();
        File.WriteAllText(Path.Combine(_folder, "mosquitto.conf"), string.Create(CultureInfo.InvariantCulture, $"""
            listener {Port} 127.0.0.1
            {(isGuarded ? Guards() : "allow_anonymous true")}
            user {Environment.UserName}
            persistence true
            persistence_location {_folder}/
            autosave_interval 1
            autosave_on_changes true
            max_queued_messages 0
            """));
    }

    public int Port { get; }

    /// <summary>The certificate of a guarded one, PEM.</summary>
    public string Certificate => Path.Combine(_folder, "line.pem");

    /// <summary>A running one; skips the test where the machine has no broker (deploy/install-native.sh --test installs it).</summary>
    /// <param name="isGuarded">It speaks TLS alone, and lets in nobody but "line" with the password "opaque".</param>
    public static async Task<Mosquitto> StartAsync(bool isGuarded = false)
    {
        Assert.SkipUnless(File.Exists(Program), "mosquitto is not installed; run deploy/install-native.sh --test");
        var broker = new Mosquitto(isGuarded);
        await broker.RestartAsync();
        return broker;
    }

    private string Guards()
    {
        var (certificate, key) = TestCertificate.Write(_folder);
        var passwords = Path.Combine(_folder, "passwords");
        using var made = Process.Start("mosquitto_passwd", ["-b", "-c", passwords, "line", "opaque"]);
        made.WaitForExit();
        return $"""
            allow_anonymous false
            password_file {passwords}
            certfile {certificate}
            keyfile {key}
            """;
    }

    public async Task RestartAsync()
    {
        _process = Process.Start(new ProcessStartInfo(Program, ["-c", Path.Combine(_folder, "mosquitto.conf")]) { RedirectStandardError = true, UseShellExecute = false })!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        while (true)
        {
            Assert.False(_process.HasExited, "mosquitto ended at its start");
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, Port, TestServer.Cancel);
                return;
            }
            catch (SocketException)
            {
                await Task.Yield();
            }
        }
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync(TestServer.Cancel);
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
