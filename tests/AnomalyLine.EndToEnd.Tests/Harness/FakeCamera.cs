using System.Globalization;

namespace AnomalyLine.EndToEnd.Tests.Harness;

/// <summary>The GigE Vision camera of Debian's package aravis-tools, a process on this machine's loopback: 512 x 512, Mono8, 25 frames a second. There can be one at a time: its port is the protocol's.</summary>
internal sealed class FakeCamera : IAsyncDisposable
{
    public const string SerialNumber = "LINE01";
    private const string Program = "/usr/bin/arv-fake-gv-camera-0.8";

    private readonly int _lostPerThousand;
    private RunningProgram _running;

    private FakeCamera(int lostPerThousand)
    {
        _lostPerThousand = lostPerThousand;
        _running = Launch();
    }

    /// <summary>A running one; skips the test where the machine has none.</summary>
    /// <param name="lostPerThousand">Packets that it loses of each thousand.</param>
    public static FakeCamera Start(int lostPerThousand = 0)
    {
        Assert.SkipUnless(File.Exists(Program), "arv-fake-gv-camera is not installed; run deploy/install-native.sh --test");
        return new FakeCamera(lostPerThousand);
    }

    /// <summary>Pulled out: kill -9.</summary>
    public Task KillAsync() => _running.KillAsync();

    /// <summary>Plugged in again.</summary>
    public async Task RestartAsync()
    {
        await _running.DisposeAsync();
        _running = Launch();
    }

    public ValueTask DisposeAsync() => _running.DisposeAsync();

    private RunningProgram Launch() => RunningProgram.Start(Program, ["-i", "127.0.0.1", "-s", SerialNumber, "-r", _lostPerThousand.ToString(CultureInfo.InvariantCulture)]);
}
