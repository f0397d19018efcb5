using System.Collections.Concurrent;
using AnomalyLine.Detection;
using AnomalyLine.Imaging;

namespace AnomalyLine.Inspection.Tests;

/// <summary>
/// A detector without a network: the score is the first pixel, 0..1, plus <paramref name="offset"/>. White frames make it throw, grey 254 gives no number.
/// Of a clip that is the judged frame's. It can be held inside a batch, and remembers what it saw and on which threads.
/// </summary>
internal sealed class TestDetector(string version, float offset = 0, int clip = 1, int side = 16) : IDetector
{
    private readonly ManualResetEventSlim _open = new(initialState: true);
    private readonly SemaphoreSlim _entered = new(0);
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _warmUps = 2;

    public string Version { get; } = version;

    public InputSpec Input { get; } = new(side, side, 1, clip);

    /// <summary>Sizes of the batches after the warm-up.</summary>
    public ConcurrentQueue<int> Batches { get; } = new();

    /// <summary>Grey levels of the frames after the warm-up, those of failed batches included.</summary>
    public ConcurrentQueue<int> Seen { get; } = new();

    /// <summary>The same with the frames before each, oldest first.</summary>
    public ConcurrentQueue<int[]> Clips { get; } = new();

    /// <summary>Threads that made, used and disposed it.</summary>
    public ConcurrentDictionary<int, bool> Threads { get; } = new([new(Environment.CurrentManagedThreadId, true)]);

    /// <summary>What each detection says of the network's passes, milliseconds.</summary>
    public double ForwardMs { get; set; }

    public Task Disposed => _disposed.Task;

    /// <summary>From now on each batch stays in the detector until <see cref="Release"/>.</summary>
    public void Hold() => _open.Reset();

    public void Release() => _open.Set();

    /// <summary>Waits until a batch is in the detector.</summary>
    public async Task EnteredAsync() => Assert.True(await _entered.WaitAsync(TestLine.Patience, TestContext.Current.CancellationToken));

    public IReadOnlyList<DetectionResult> Detect(IReadOnlyList<PreparedFrame> frames)
    {
        Threads[Environment.CurrentManagedThreadId] = true;
        if (Interlocked.Decrement(ref _warmUps) < 0)
        {
            Batches.Enqueue(frames.Count);
            foreach (var frame in frames)
            {
                Seen.Enqueue(Grey(frame));
                Clips.Enqueue([.. frame.Values.ToArray().Chunk(frame.Values.Length / Input.Frames).Select(one => (int)MathF.Round(one[0] * 255))]);
            }

            _entered.Release();
            _open.Wait();
        }

        if (frames.Any(static frame => Grey(frame) == 255)) throw new InvalidDataException("white frames are beyond me");
        return [.. frames.Select(Detect)];
    }

    public void Dispose()
    {
        Threads[Environment.CurrentManagedThreadId] = true;
        _disposed.SetResult();
    }

    private static int Grey(PreparedFrame frame) => (int)MathF.Round(frame.Values[^1] * 255);

    private DetectionResult Detect(PreparedFrame frame)
    {
        var score = Grey(frame) / 255f;
        var values = new float[Input.Width * Input.Height];
        values.AsSpan().Fill(score);
        return new DetectionResult(new AnomalyMap(Input.Width, Input.Height, values, frame.Region), Grey(frame) == 254 ? float.NaN : score + offset) { ForwardMs = ForwardMs };
    }
}
