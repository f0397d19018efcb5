using System.Collections.Concurrent;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Inspection.Tests;

/// <summary>A line on a folder of its own, with test detectors: model "m-3" adds 3 to its scores, "m-3x4" takes clips of 4 and "m-3x4s8" of 8 pixels; "broken-…" cannot be loaded; "gone-…" does not
/// exist;
/// "slow-…" loads once it is let to.</summary>
internal sealed class TestLine : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _loading = new(0);
    private Line? _line;

    public TestLine(TimeProvider? time = null, string? folder = null)
    {
        _time = time ?? TimeProvider.System;
        Options = new LineOptions
        {
            DataFolder = folder ?? Path.Combine(Path.GetTempPath(), "anomalyline-" + Guid.NewGuid().ToString("N")),
            MaxBatchDelay = TimeSpan.Zero,
        };
    }

    public LineOptions Options { get; }

    public ILoggerFactory Loggers { get; init; } = new TestLog();

    public string DatabasePath => Path.Combine(Options.DataFolder, "inspections.db");

    /// <summary>All detectors that were loaded, by version the last one.</summary>
    public ConcurrentDictionary<string, TestDetector> Detectors { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Loads { get; } = new();

    /// <summary>Ends the loads of "slow-…" models: with a result they succeed, with an exception they fail.</summary>
    public TaskCompletionSource SlowLoads { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the line writes to the program's log.</summary>
    public TestLog Messages => (TestLog)Loggers;

    /// <summary>Waits until one more "slow-…" model is being loaded.</summary>
    public async Task LoadingAsync() => Assert.True(await _loading.WaitAsync(Patience, Cancellation));

    public Line Line => _line ?? throw new InvalidOperationException("Open it first.");

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static Frame Frame(int grey, int side = 16, ulong number = 0)
    {
        var pixels = new byte[side * side];
        pixels.AsSpan().Fill((byte)grey);
        Assert.True(Imaging.Frame.TryCreate(PixelFormat.Mono8, side, side, 0, pixels, DateTimeOffset.UnixEpoch.AddSeconds(number), out var frame, out var error, number: number), error);
        return frame;
    }

    public static Recipe Recipe(string station, string model = "m-0", float threshold = 0.5f, double deadlineSeconds = 60)
        => new(station, 0, model, threshold, threshold, null, TimeSpan.FromSeconds(deadlineSeconds));

    public async Task<TestLine> OpenAsync(params string[] stations)
    {
        _line = await Line.OpenAsync(Options, Load, _time, Loggers, Cancellation);
        foreach (var station in stations)
        {
            Assert.Null((await Line.CreateStationAsync(station, Cancellation)).Error);
            Assert.Null((await Line.ActivateRecipeAsync(Recipe(station), Cancellation)).Error);
        }

        return this;
    }

    public async Task ReopenAsync()
    {
        await Line.DisposeAsync();
        await OpenAsync();
    }

    public Task<Outcome<InspectionRecord>> TryInspectAsync(InspectionRequest request, CancellationTokenSource? withdrawal = null)
        => Line.InspectAsync(request, withdrawal?.Token ?? CancellationToken.None).WaitAsync(Patience, Cancellation);

    public async Task<InspectionRecord> InspectAsync(
        string station, int grey, string partId = "", TimeSpan? deadline = null, CancellationTokenSource? withdrawal = null)
        => (await TryInspectAsync(new InspectionRequest(station, partId, Frame(grey), deadline), withdrawal)).Value;

    /// <summary>All of a station's records, oldest first.</summary>
    public List<InspectionRecord> ReadAll(string station)
    {
        var all = new List<InspectionRecord>();
        for (var before = long.MaxValue; Line.Log.ReadBack(station, before, 1000) is { Count: > 0 } page; before = page[^1].Sequence) all.AddRange(page);
        all.Reverse();
        return all;
    }

    /// <summary>Runs statements on the log from outside, as another program could.</summary>
    public void RunSql(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var detector in Detectors.Values) detector.Release();
        SlowLoads.TrySetResult();
        if (_line is not null) await _line.DisposeAsync();
        _loading.Dispose();
        if (Directory.Exists(Options.DataFolder)) Directory.Delete(Options.DataFolder, recursive: true);
    }

    private TestDetector Load(string version)
    {
        Loads.Enqueue(version);
        if (version.StartsWith("broken", StringComparison.Ordinal)) throw new ModelFileException("weights.safetensors does not match its sum.");
        if (version.StartsWith("gone", StringComparison.Ordinal)) throw new FileNotFoundException($"{version}.alm is missing");
        if (version.StartsWith("slow", StringComparison.Ordinal))
        {
            _loading.Release();
            SlowLoads.Task.GetAwaiter().GetResult();
        }

        var numbers = version[(version.IndexOf('-', StringComparison.Ordinal) + 1)..].Split('x', 's');
        int Number(int place, int otherwise) => numbers.Length > place ? int.Parse(numbers[place], System.Globalization.CultureInfo.InvariantCulture) : otherwise;
        var offset = float.Parse(numbers[0], System.Globalization.CultureInfo.InvariantCulture);
        return Detectors[version] = new TestDetector(version.StartsWith("other", StringComparison.Ordinal) ? "m-0" : version, offset, Number(1, 1), Number(2, 16));
    }
}
