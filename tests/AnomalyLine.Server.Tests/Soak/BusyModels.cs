using System.Diagnostics;
using AnomalyLine.Detection;
using AnomalyLine.Imaging;
using AnomalyLine.Server.Hosting;

namespace AnomalyLine.Server.Tests.Soak;

/// <summary>Models that compute for a time with each frame, as networks do, and whose loads can be held.</summary>
internal sealed class BusyModels(TimeSpan perFrame) : IDisposable
{
    private readonly SemaphoreSlim _loading = new(0);
    private readonly ManualResetEventSlim _open = new(initialState: true);

    public DetectorLoader Loader => new(Load);

    /// <summary>From now on a model that is loaded waits for <see cref="LetLoad"/>.</summary>
    public void HoldLoads() => _open.Reset();

    public void LetLoad() => _open.Set();

    /// <summary>Done when one more model is being loaded.</summary>
    public Task LoadingAsync() => _loading.WaitAsync(TestContext.Current.CancellationToken);

    public void Dispose()
    {
        _open.Set();
        _loading.Dispose();
    }

    private Busy Load(string version)
    {
        if (!_open.IsSet) _loading.Release();
        _open.Wait();
        return new Busy(version, perFrame);
    }

    private sealed class Busy(string version, TimeSpan perFrame) : IDetector
    {
        private readonly IdentityDetector _inner = new(FakeModels.Input);

        public string Version => version;

        public InputSpec Input => _inner.Input;

        public IReadOnlyList<DetectionResult> Detect(IReadOnlyList<PreparedFrame> frames)
        {
            var start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start) < frames.Count * perFrame) Thread.SpinWait(200);
            return _inner.Detect(frames);
        }

        public void Dispose() => _inner.Dispose();
    }
}
