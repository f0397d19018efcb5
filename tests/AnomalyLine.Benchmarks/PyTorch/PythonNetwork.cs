using System.Diagnostics;
using System.Globalization;

namespace AnomalyLine.Benchmarks.PyTorch;

/// <summary>A network in PyTorch, in a process of its own that passes when it is told to and sleeps otherwise.</summary>
internal sealed class PythonNetwork : IDisposable
{
    private readonly Process _process;

    private PythonNetwork(Process process, string version)
    {
        _process = process;
        Version = version;
    }

    /// <summary>Version of PyTorch.</summary>
    public string Version { get; }

    /// <summary>Starts it.</summary>
    /// <exception cref="InvalidOperationException">There is no PyTorch here.</exception>
    public static PythonNetwork Start(string interpreter, string network, int side, int width, int latent, int batch, int threads)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "PyTorch", "networks.py");
        string[] arguments = [script, network, .. new[] { side, width, latent, batch, threads }.Select(n => n.ToString(CultureInfo.InvariantCulture))];
        var process = Process.Start(new ProcessStartInfo(interpreter, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{interpreter} does not start.");
        return process.StandardOutput.ReadLine() is { } version
            ? new PythonNetwork(process, version)
            : throw new InvalidOperationException($"{interpreter} has no PyTorch to compare with; bring Debian's by: apt-get install -y --no-install-recommends python3-torch");
    }

    /// <summary>Mean milliseconds of a pass over the batch.</summary>
    /// <param name="form">"eager" or "channels_last".</param>
    /// <param name="seconds">How long to go on, after one pass that warms up.</param>
    public double Pass(string form, double seconds)
    {
        _process.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{form} {seconds}"));
        return double.Parse(_process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("PyTorch's process has ended."), CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
