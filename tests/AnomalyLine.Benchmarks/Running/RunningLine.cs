using System.Diagnostics;
using AnomalyLine.Detection;
using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnomalyLine.Benchmarks.Running;

/// <summary>A line of one station in this process, with its log on disk and without a network.</summary>
internal sealed class RunningLine : IAsyncDisposable
{
    private const string Station = "station";
    private readonly string _folder;
    private readonly Line _line;
    private readonly Frame _frame;

    private RunningLine(string folder, Line line, Frame frame)
    {
        _folder = folder;
        _line = line;
        _frame = frame;
    }

    /// <summary>Memory of this process, MiB.</summary>
    public static double ResidentMiB
    {
        get
        {
            using var self = Process.GetCurrentProcess();
            return self.WorkingSet64 / 1048576.0;
        }
    }

    public static async Task<RunningLine> OpenAsync(Func<string, IDetector> load, Frame frame)
    {
        var folder = Directory.CreateTempSubdirectory("anomalyline-benchmark-").FullName;
        var line = await Line.OpenAsync(new LineOptions { DataFolder = folder, QueueCapacity = 4096 }, load, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        _ = (await line.CreateStationAsync(Station, CancellationToken.None)).Value;
        return new RunningLine(folder, line, frame);
    }

    /// <summary>Swaps to a model.</summary>
    public async Task ActivateAsync(string version) =>
        _ = (await _line.ActivateRecipeAsync(new Recipe(Station, 0, version, float.MaxValue, float.MaxValue, null, Recipe.MaxDeadline), CancellationToken.None)).Value;

    /// <summary>Judges one frame.</summary>
    public async Task InspectAsync()
    {
        var record = (await _line.InspectAsync(new InspectionRequest(Station, "", _frame), CancellationToken.None)).Value;
        if (record.Verdict != Verdict.Ok) throw new InvalidOperationException($"A frame was not judged Ok, so this would measure something else: {record.ReasonText}");
    }

    public async ValueTask DisposeAsync()
    {
        await _line.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
