using AnomalyLine.Detection;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Processes;

namespace AnomalyLine.Management.Shadow;

/// <summary>
/// One station's shadow: a model on a thread of its own at the lowest priority, with room for one frame. It looks at a frame after its verdict is in the log, and leaves it where it is
/// still at the one before or where frames wait for the active model. One that judges clips has room for as many frames as a clip has, and prepares them all, so that it knows those before each; it scores the
/// newest, and none where frames wait for the active model.
/// </summary>
internal sealed class StationShadow : IDisposable
{
    private const int Kept = 50, PictureWidth = 480, MostRegions = 16;

    private readonly Lock _gate = new();
    private readonly Func<string, IDetector> _load;
    private readonly Func<bool> _isIdle;
    private readonly Calibration _calibration;
    private readonly SemaphoreSlim _work = new(0);
    private readonly Queue<ShadowDisagreement> _disagreements = new();
    private readonly Queue<EvidenceItem> _waiting = new();
    private int _room = 1;
    private bool _isAtWork;
    private string _active = "";
    private string _fault = "";
    private long _judged;
    private long _agreed;
    private long _skipped;
    private volatile bool _ended;

    public StationShadow(string productId, string version, Calibration calibration, Func<string, IDetector> load, Func<bool> isIdle,
        ShadowCount? kept)
    {
        if (kept is not null) (_active, _judged, _agreed, _skipped) = (kept.ActiveVersion, kept.Judged, kept.Agreed, kept.Skipped);
        (ProductId, Version) = (productId, version);
        _calibration = calibration;
        _load = load;
        _isIdle = isIdle;
        QuietThread.Start($"AnomalyLine shadow {version}", Run);
    }

    /// <summary>The product whose frames it scores.</summary>
    public string ProductId { get; }

    public string Version { get; }

    public ShadowReport Report
    {
        get
        {
            lock (_gate) return new ShadowReport(Version, _calibration.Threshold, _active, _judged, _agreed, _skipped, [.. _disagreements.Reverse()], _fault);
        }
    }

    /// <summary>A frame of the product; returns at once, and whether it keeps the frame.</summary>
    /// <param name="item">The frame; one without a verdict is only looked at as one before others.</param>
    public bool Offer(EvidenceItem item)
    {
        lock (_gate)
        {
            var takesClips = _room > 1;
            if (!takesClips && !IsJudged(item)) return false;
            if (_waiting.Count + (_isAtWork ? 1 : 0) >= _room || (!takesClips && !_isIdle()))
            {
                if (IsJudged(item)) _skipped++;
                return false;
            }

            _waiting.Enqueue(item);
        }

        _work.Release();
        return true;
    }

    public void Dispose()
    {
        _ended = true;
        _work.Release();
    }

    private void Run()
    {
        try
        {
            using var detector = _load(Version);
            var history = new ClipHistory();
            lock (_gate) _room = detector.Input.Frames;
            while (true)
            {
                _work.Wait();
                if (_ended) break;
                EvidenceItem? item;
                lock (_gate) _isAtWork = _waiting.TryDequeue(out item);
                if (item is not null) Look(detector, history, item);
                lock (_gate) _isAtWork = false;
            }
        }
        catch (Exception e)
        {
            // A bulkhead: whatever a candidate throws, native failures included, must not touch the line.
            lock (_gate) _fault = $"The shadow {Version} failed: {e.Message}";
        }
    }

    private static bool IsJudged(EvidenceItem item) => item.Record.Verdict is Verdict.Ok or Verdict.NotOk;

    private void Look(IDetector detector, ClipHistory history, EvidenceItem item)
    {
        var input = detector.Input;
        if (!FramePreparer.TryPrepare(item.Frame, input.ForOneFrame(), item.Area, out var prepared, out _, out var isPartMissing))
        {
            if (input.Frames > 1) history.Clear("a frame could not be read");
            else if (isPartMissing) Judge(detector, item, null);
            return;
        }

        if (input.Frames == 1)
        {
            using (prepared) Judge(detector, item, prepared);
            return;
        }

        if (!history.TryJoin(prepared, item.Frame, input, out var clip, out _))
        {
            if (IsJudged(item)) lock (_gate) _skipped++;
            return;
        }

        using (clip)
        {
            bool isTime;
            lock (_gate)
            {
                isTime = IsJudged(item) && _waiting.Count == 0 && _isIdle();
                if (!isTime && IsJudged(item)) _skipped++;
            }

            if (isTime) Judge(detector, item, clip);
        }
    }

    private void Judge(IDetector detector, EvidenceItem item, PreparedFrame? prepared)
    {
        var detection = prepared is null ? null : detector.Detect([prepared])[0];

        // A part that the shadow does not find would be rejected: its score is right above the threshold.
        var score = detection?.Score ?? MathF.BitIncrement(_calibration.Threshold);
        var rejects = score > _calibration.Threshold;
        var agrees = rejects == (item.Record.Verdict == Verdict.NotOk);
        var picture = agrees || detection is null ? [] : Picture(item.Frame.AssumeBits(detector.Input.SignificantBits), detection.Map);
        lock (_gate)
        {
            // Against another active model the counts begin anew.
            if (_active != item.Record.ModelVersion) (_active, _judged, _agreed, _skipped) = (item.Record.ModelVersion, 0, 0, 0);
            _judged++;
            if (agrees)
            {
                _agreed++;
                return;
            }

            _disagreements.Enqueue(new ShadowDisagreement(
                item.Record.Sequence, item.Record.PartId, item.Record.Score, item.Record.Threshold, score, item.Record.CompletionTime, picture));
            if (_disagreements.Count > Kept) _disagreements.Dequeue();
        }
    }

    private byte[] Picture(Frame frame, AnomalyMap map)
    {
        var threshold = _calibration.PixelThreshold;
        return Overlay.TryRender(frame, map, threshold, map.FindRegions(threshold, MostRegions), PictureWidth, PixelFormat.Jpeg, out var picture, out _) ? picture : [];
    }
}
