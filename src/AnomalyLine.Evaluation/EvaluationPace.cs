using AnomalyLine.Detection;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Evaluation;

/// <summary>Runs a detector and takes the time.</summary>
internal sealed class EvaluationPace(IDetector detector, TimeProvider time)
{
    private static readonly TimeSpan BatchesTime = TimeSpan.FromSeconds(3);
    private const int WarmUps = 2, MaxBatches = 16;
    private readonly List<double> _prepareMs = [];
    private readonly List<double> _detectMs = [];

    /// <summary>Median milliseconds to read and prepare a frame.</summary>
    public double PrepareMs => Median(_prepareMs);

    /// <summary>Median milliseconds to detect one frame alone.</summary>
    public double DetectMs => Median(_detectMs);

    /// <summary>Frames a second in batches.</summary>
    public double FramesPerSecond { get; private set; }

    /// <summary>Columns of the maps that came.</summary>
    public int MapWidth { get; private set; }

    /// <summary>Rows of them.</summary>
    public int MapHeight { get; private set; }

    public PreparedFrame Prepare(string path)
    {
        var start = time.GetTimestamp();
        var prepared = ClipFile.Prepare(path, detector.Input);
        _prepareMs.Add(time.GetElapsedTime(start).TotalMilliseconds);
        return prepared;
    }

    public DetectionResult Detect(PreparedFrame frame)
    {
        for (var i = _detectMs.Count == 0 ? 0 : WarmUps; i < WarmUps; i++) detector.Detect([frame]);
        var start = time.GetTimestamp();
        var detection = detector.Detect([frame])[0];
        _detectMs.Add(time.GetElapsedTime(start).TotalMilliseconds);
        (MapWidth, MapHeight) = (detection.Map.Width, detection.Map.Height);
        return detection;
    }

    /// <summary>Detects batches of these frames, repeated to fill one, for some seconds after a batch to warm up.</summary>
    public void MeasureBatches(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var frames = new List<PreparedFrame>();
        try
        {
            foreach (var path in paths) frames.Add(ClipFile.Prepare(path, detector.Input));
            var batch = Enumerable.Range(0, Evaluator.BatchSize).Select(i => frames[i % frames.Count]).ToArray();
            detector.Detect(batch);
            var start = time.GetTimestamp();
            var batches = 0;
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                detector.Detect(batch);
                batches++;
            }
            while (batches < MaxBatches && time.GetElapsedTime(start) < BatchesTime);
            var seconds = Math.Max(time.GetElapsedTime(start).TotalSeconds, 1e-9);
            FramesPerSecond = batches * Evaluator.BatchSize / seconds;
        }
        finally
        {
            foreach (var frame in frames) frame.Dispose();
        }
    }

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
