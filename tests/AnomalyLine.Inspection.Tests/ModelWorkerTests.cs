using AnomalyLine.Detection;
using AnomalyLine.Imaging;
using AnomalyLine.Inspection.Batching;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Inspection.Tests;

public sealed class ModelWorkerTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Enqueue_ExpiredOrWithdrawnInTheQueue_IsDroppedBeforeDetect()
    {
        using var metrics = new LineMetrics();
        TestDetector? detector = null;
        var options = new LineOptions { MaxBatchDelay = TimeSpan.Zero };
        var worker = new ModelWorker("m", version => detector = new TestDetector(version), options, _time, metrics, NullLogger.Instance);
        Assert.Null(await worker.Loaded);
        detector!.Hold();
        using var first = Enqueue(worker, 1, TimeSpan.FromSeconds(10));
        await detector.EnteredAsync();
        using var expired = Enqueue(worker, 2, TimeSpan.FromMilliseconds(100));
        using var withdrawn = Enqueue(worker, 3, TimeSpan.FromSeconds(10));
        using var last = Enqueue(worker, 4, TimeSpan.FromSeconds(10));
        Assert.Equal(3, worker.QueueLength);

        withdrawn.Withdraw();
        _time.Advance(TimeSpan.FromMilliseconds(90));
        detector.Release();
        worker.Retire();
        await worker.Ended.WaitAsync(TestLine.Patience, TestLine.Cancellation);

        Assert.Equal([1, 4], detector.Seen);
        Assert.Equal(ReasonCode.DeadlineExceeded, (await expired.Decided).ReasonCode);
        Assert.Contains("waiting for the model", (await expired.Decided).ReasonText, StringComparison.Ordinal);
        Assert.Equal(ReasonCode.Cancelled, (await withdrawn.Decided).ReasonCode);
        Assert.Equal(4 / 255f, (await last.Decided).Detection?.Score);
        Assert.All([first, expired, withdrawn, last], pending => Assert.Throws<ObjectDisposedException>(() => pending.Prepared!.Values.Length));
    }

    [Fact]
    public async Task Loaded_ModelOfClips_IsWarm()
    {
        using var metrics = new LineMetrics();
        var worker = new ModelWorker("identity", _ => new IdentityDetector(new InputSpec(16, 16, 1, 4)), new LineOptions(), _time, metrics, NullLogger.Instance);
        Assert.Null(await worker.Loaded);
        Assert.Equal(4, worker.Input.Frames);
        worker.Retire();
        await worker.Ended.WaitAsync(TestLine.Patience, TestLine.Cancellation);
    }

    private PendingInspection Enqueue(ModelWorker worker, int grey, TimeSpan deadline)
    {
        var pending = new PendingInspection(
            TestLine.Frame(grey), TestLine.Recipe("s"), deadline, TimeSpan.FromMilliseconds(10), _time.GetTimestamp(), _time);
        Assert.Equal(Admission.Reserved, worker.Reserve("s"));
        Assert.True(FramePreparer.TryPrepare(pending.Frame, worker.Input, null, out var prepared, out _));
        pending.Prepared = prepared;
        pending.PreparedAt = _time.GetTimestamp();
        worker.Enqueue(pending);
        return pending;
    }
}
