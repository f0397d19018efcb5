using AnomalyLine.Detection;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Alignment;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference;

namespace AnomalyLine.Management.Gate;

/// <summary>Two loaded models that judge the same frames. They stay the caller's; one thread.</summary>
internal sealed class ModelPair(AnomalyModel candidate, AnomalyModel active, GateRequest request)
{
    public AnomalyModel Candidate => candidate;

    public AnomalyModel Active => active;

    public float CandidateThreshold { get; } = request.CandidateThreshold ?? candidate.Manifest.Calibration.Threshold;

    public float ActiveThreshold { get; } = request.ActiveThreshold ?? active.Manifest.Calibration.Threshold;

    /// <summary>Bits in use of 16-bit values in frames that do not say, for what is made of frames for both models; fewer than either may take, so that neither refuses it. 0 where neither knows.</summary>
    public int SignificantBits { get; } = Math.Min(BitsOf(candidate, active), BitsOf(active, candidate));

    /// <summary>Where defects are planted: what both judge; null for all of a frame.</summary>
    public InspectionArea? PlantedArea { get; } = (request.Area ?? active.Input.Area ?? candidate.Input.Area)?.Over(active.Input.Area).Over(candidate.Input.Area);

    /// <summary>What both say of a frame.</summary>
    public GateFrame Judge(string path, GateGroup group, string kind, Frame frame, InspectionArea? area)
    {
        float first = Score(candidate, CandidateThreshold, path, frame, area), second = Score(active, ActiveThreshold, path, frame, area);
        return new GateFrame(path, group, kind, first, second, first > CandidateThreshold, second > ActiveThreshold);
    }

    /// <summary>Whose frames planted defects are drawn into, as the part lies in the reference; null for frames as they come.</summary>
    public PartAlignment? PlantedAlignment { get; } = active.Input.Alignment ?? candidate.Input.Alignment;

    /// <summary>The score; where no part is found, one right above what is rejected.</summary>
    public static float Score(AnomalyModel model, float threshold, string path, Frame frame, InspectionArea? area)
    {
        try
        {
            return Detect(model, path, frame, area).Score;
        }
        catch (PartNotFoundException)
        {
            return MathF.BitIncrement(Math.Max(threshold, model.Manifest.Calibration.Threshold));
        }
    }

    private static int BitsOf(IDetector model, IDetector other) => model.Input.SignificantBits is > 0 and var bits ? bits : other.Input.SignificantBits;

    /// <summary>What one of them says of a frame.</summary>
    /// <exception cref="PartNotFoundException">The model aligns parts, and the frame shows none where parts lie.</exception>
    /// <exception cref="DatasetException">The frame cannot be read.</exception>
    /// <exception cref="GateException">The score is no number.</exception>
    public static DetectionResult Detect(IDetector model, string path, Frame frame, InspectionArea? area)
    {
        if (!FramePreparer.TryPrepare(frame, model.Input, area, out var prepared, out var error, out var isPartMissing))
            throw isPartMissing ? new PartNotFoundException($"{path}: {error}") : new DatasetException($"{path}: {error}");
        using (prepared)
        {
            var detection = model.Detect([prepared])[0];
            return float.IsFinite(detection.Score) ? detection : throw new GateException($"{path}: {model.Version} gives a score of {detection.Score}; train it again.");
        }
    }
}
