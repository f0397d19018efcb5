using AnomalyLine.Evaluation.Defects;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference;

namespace AnomalyLine.Management.Gate;

/// <summary>The pictures of a frame: as it is, and under the anomaly map of each model. Judges once more.</summary>
internal sealed class GatePictures(ModelPair pair, FrozenSet set, InspectionArea? area)
{
    private const int Side = 260, MostRegions = 16;

    /// <summary>Three JPEG files: the frame, the candidate's map, the active model's map.</summary>
    public IReadOnlyList<byte[]> Of(GateFrame judged)
    {
        var path = Path.Combine(set.Root, judged.Path);
        var frame = FrameFile.Read(path);
        if (judged.PlantedNumber >= 0) frame = PlantedDefects.Plant(frame, pair.PlantedArea, judged.PlantedNumber, pair.SignificantBits, pair.PlantedAlignment).First(p => p.Kind == judged.Kind).Frame;
        if (!Overlay.TryEncodeFrame(frame.AssumeBits(pair.SignificantBits), Side, PixelFormat.Jpeg, out var plain, out var error)) throw new DatasetException($"{path}: {error}");
        return [plain, Map(pair.Candidate, path, frame) ?? plain, Map(pair.Active, path, frame) ?? plain];
    }

    /// <summary>Null where the model finds no part.</summary>
    private byte[]? Map(AnomalyModel model, string path, Frame frame)
    {
        AnomalyMap map;
        try
        {
            map = ModelPair.Detect(model, path, frame, area).Map;
        }
        catch (PartNotFoundException)
        {
            return null;
        }

        var threshold = model.Manifest.Calibration.PixelThreshold;
        return Overlay.TryRender(frame.AssumeBits(pair.SignificantBits), map, threshold, map.FindRegions(threshold, MostRegions), Side, PixelFormat.Jpeg, out var picture, out var error)
            ? picture
            : throw new DatasetException($"{path}: {error}");
    }
}
