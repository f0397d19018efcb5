using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging;

namespace AnomalyLine.Inspection.Batching;

/// <summary>Loads a detector and runs it once, so that the first frame of the line finds it warm. On the thread that will own it.</summary>
internal static class DetectorLoader
{
    /// <summary>The detector, or the error and its cause.</summary>
    public static IDetector? TryLoad(string version, Func<string, IDetector> load, int maxBatchSize, out LineError? error, out Exception? cause)
    {
        IDetector? detector = null;
        error = null;
        cause = null;
        try
        {
            detector = load(version);
            if (!string.Equals(detector.Version, version, StringComparison.Ordinal))
            {
                throw new ModelFileException($"the file's version is {detector.Version}");
            }

            WarmUp(detector, 1);
            if (maxBatchSize > 1) WarmUp(detector, maxBatchSize);
            return detector;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            cause = e;
            error = new LineError(LineErrorCode.ModelNotFound, $"There is no model {version} ({FilePaths.WithoutFolders(e.Message)}); upload it, or name one of the models that the server holds.");
        }
        catch (EngineException e)
        {
            // No other model would do either.
            cause = e;
            error = new LineError(LineErrorCode.ModelUnusable, $"Model {version} cannot be used: {FilePaths.WithoutFolders(e.Message)}");
        }
        catch (Exception e)
        {
            // A bulkhead: whatever a model throws, native failures included, must not end the process of a running line.
            cause = e;
            error = new LineError(LineErrorCode.ModelUnusable, $"Model {version} cannot be used: {FilePaths.WithoutFolders(e.Message)} Upload it again, or name another model.");
        }

        detector?.Dispose();
        return null;
    }

    private static void WarmUp(IDetector detector, int count)
    {
        var input = detector.Input with { Area = null, Alignment = null };
        var grey = new byte[input.Width * input.Height];
        grey.AsSpan().Fill(128);
        if (!Frame.TryCreate(PixelFormat.Mono8, input.Width, input.Height, 0, grey, DateTimeOffset.UnixEpoch, out var frame, out var error))
        {
            throw new ModelFileException(error);
        }

        var frames = new List<PreparedFrame>(count);
        try
        {
            if (!FramePreparer.TryPrepare(frame, input.ForOneFrame(), null, out var one, out error)) throw new ModelFileException(error);
            using (one)
                while (frames.Count < count) frames.Add(PreparedFrame.Join(input, [.. Enumerable.Repeat(one, input.Frames)]));
            var detections = detector.Detect(frames);
            if (detections.Count != count) throw new ModelFileException($"it gave {detections.Count} detections for {count} frames.");
        }
        finally
        {
            foreach (var prepared in frames) prepared.Dispose();
        }
    }
}
