using System.Text;
using AnomalyLine.Detection;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using static AnomalyLine.Evaluation.Reports.ReportFigures;

namespace AnomalyLine.Evaluation.Reports;

/// <summary>The report's pictures: the frames that are hardest and clearest, each beside its anomaly map.</summary>
internal static class ReportPictures
{
    private const int Hard = 6, Clear = 3, Side = 320, MostRegions = 16;

    public static string Html(EvaluationResult result, IDetector detector, DatasetFolder data)
    {
        var defects = result.Frames.Where(frame => !IsNormal(frame)).OrderBy(frame => frame.Score).ToArray();
        var normals = result.Frames.Where(IsNormal).OrderByDescending(frame => frame.Score).ToArray();
        var html = new StringBuilder();
        void Add(string title, string meaning, IEnumerable<EvaluationFrame> frames)
        {
            var figures = string.Concat(frames.Select(frame => Figure(frame, result, detector, data)));
            if (figures.Length > 0) html.Append($"""<h3>{title} <span>{meaning}</span></h3><div class="frames">{figures}</div>""");
        }

        Add("Hardest defects", "lowest scores of the anomalous frames", defects.Take(Hard));
        Add("Most suspicious normal parts", "highest scores of the normal frames", normals.Take(Hard));
        Add("Clearest defects", "highest scores", defects.Skip(Hard).Reverse().Take(Clear));
        Add("Clearest normal parts", "lowest scores", normals.Skip(Hard).Reverse().Take(Clear));
        return html.ToString();
    }

    private static bool IsNormal(EvaluationFrame frame) => string.Equals(frame.Kind, DatasetFrame.Good, StringComparison.Ordinal);

    private static string Figure(EvaluationFrame judged, EvaluationResult result, IDetector detector, DatasetFolder data)
    {
        var path = Path.Combine(data.Root, judged.Path);
        var frame = FrameFile.Read(path).AssumeBits(detector.Input.SignificantBits);
        if (judged.IsPartMissing) return Alone(judged, path, frame);
        using var prepared = ClipFile.Prepare(path, detector.Input);
        var map = detector.Detect([prepared])[0].Map;
        var threshold = result.Calibration.PixelThreshold;
        if (!Overlay.TryEncodeFrame(frame, Side, PixelFormat.Jpeg, out var picture, out var error)
            || !Overlay.TryRender(frame, map, threshold, map.FindRegions(threshold, MostRegions), Side, PixelFormat.Jpeg, out var overlaid, out error))
            throw new DatasetException($"{path}: {error}");
        return $"""
            <figure><div><img alt="frame" src="{Source(picture)}"><img alt="anomaly map over the frame" src="{Source(overlaid)}"></div>
            <figcaption>{Verdict(judged)}<strong>{judged.Score:0.####}</strong> · {Text(judged.Path)}</figcaption></figure>
            """;
    }

    /// <summary>A frame in which no part was found has no map.</summary>
    private static string Alone(EvaluationFrame judged, string path, Frame frame) => Overlay.TryEncodeFrame(frame, Side, PixelFormat.Jpeg, out var picture, out var error)
        ? $"""
            <figure><div><img alt="frame" src="{Source(picture)}"></div>
            <figcaption>{Verdict(judged)}part not found · {Text(judged.Path)}</figcaption></figure>
            """
        : throw new DatasetException($"{path}: {error}");

    private static string Verdict(EvaluationFrame judged)
    {
        var isWrong = judged.IsRejected == IsNormal(judged);
        var wrong = !isWrong ? "" : judged.IsRejected ? " · false reject" : " · escape";
        return $"""<span class="tag{(isWrong ? " wrong" : "")}">{judged.Verdict}{wrong}</span>""";
    }

    private static string Source(byte[] jpeg) => $"data:image/jpeg;base64,{Convert.ToBase64String(jpeg)}";
}
