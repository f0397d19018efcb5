using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Evaluation.Defects;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference;
using AnomalyLine.Learning.Catalog;

namespace AnomalyLine.Management.Gate;

/// <summary>
/// Lets a model judge frames that it has not learnt from, where nothing is active that it could be compared with: good parts, confirmed rejects, and good parts with planted defects, as <see cref="ModelGate"/> does.
/// Runs on the calling thread, in a process of its own where a line runs beside it.
/// </summary>
public static class ModelTrial
{
    /// <summary>Judges, and writes the report.</summary>
    /// <param name="request">What to judge.</param>
    /// <param name="progress">Told after each file: the share that is done, 0..1.</param>
    /// <param name="cancel">Stops between two frames; nothing is written.</param>
    /// <exception cref="GateException">The model cannot judge a frame.</exception>
    /// <exception cref="ModelFileException">The model cannot be loaded.</exception>
    /// <exception cref="DatasetException">The folder or a frame in it cannot be used, such as one without a frame to judge.</exception>
    /// <exception cref="EngineException">The native engine or the device cannot be used.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TrialReport Make(TrialRequest request, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var set = FrozenSet.Of(request.DataFolder, request.Model, active: null);
        using var model = ModelLoader.Load(request.Model, request.Device);
        if (model.Input.Frames > 1) throw new GateException("A model of clips cannot be tried: its stations judge frame by frame.");
        var frames = new List<TrialFrame>();
        double done = 0, all = set.Normals.Count + set.Rejects.Count;
        foreach (var (number, path) in set.Normals.Index())
        {
            var frame = FrameFile.Read(path);
            Add(GateGroup.Normal, DatasetFrame.Good, path, frame);
            if (number < ModelGate.PlantedNormals)
                foreach (var planted in Planted(model, frame, number, request.Area)) Add(GateGroup.Planted, planted.Kind, path, planted.Frame);
            progress?.Report(++done / all);
        }

        foreach (var reject in set.Rejects)
        {
            Add(GateGroup.Reject, reject.DefectKind, reject.Path, FrameFile.Read(reject.Path));
            progress?.Report(++done / all);
        }

        var report = new TrialReport(model.Version, model.Manifest.Calibration.Threshold, frames);
        if (request.Output is { } output) File.WriteAllText(output, report.ToJson());
        return report;

        void Add(GateGroup group, string kind, string path, Frame frame)
        {
            cancel.ThrowIfCancellationRequested();
            frames.Add(new TrialFrame(group, kind, ModelPair.Score(model, model.Manifest.Calibration.Threshold, path, frame, request.Area)));
        }
    }

    /// <summary>None where no part is found to plant them on.</summary>
    private static IReadOnlyList<PlantedFrame> Planted(AnomalyModel model, Frame frame, int number, InspectionArea? area)
    {
        try
        {
            return PlantedDefects.Plant(frame, (area ?? model.Input.Area)?.Over(model.Input.Area), number, model.Input.SignificantBits, model.Input.Alignment);
        }
        catch (PartNotFoundException)
        {
            return [];
        }
    }
}
