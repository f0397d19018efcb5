using System.Diagnostics;

namespace AnomalyLine.Benchmarks.Quality;

/// <summary>A clock that goes on only while this process computes: its processor time over the cores it may use, so that a training gets as far on a busy machine as on an idle one.</summary>
internal sealed class ProcessorTime(int cores) : TimeProvider
{
    private readonly Process _process = Process.GetCurrentProcess();

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        _process.Refresh();
        return _process.TotalProcessorTime.Ticks / cores;
    }
}
