using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Evaluation.Defects;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference;
using AnomalyLine.Learning.Catalog;

namespace AnomalyLine.Management.Gate;

/// <summary>
/// Compares a candidate with the active model on a frozen set. Both judge every frame; the frames that one of them gets wrong decide (<see cref="GateCriterion"/>).
/// Runs on the calling thread, in a process of its own where a line runs beside it.
/// </summary>
public static class ModelGate
{
    /// <summary>Normals that defects are planted on, each with one of every kind.</summary>
    public const int PlantedNormals = 30;

    /// <summary>Judges, decides, and writes the documents where they are asked for.</summary>
    /// <param name="request">What to compare.</param>
    /// <param name="progress">Told after each file: the share that is done, 0..1.</param>
    /// <param name="time">The clock; the system's by default.</param>
    /// <param name="cancel">Stops between two frames; nothing is written.</param>
    /// <exception cref="GateException">The request is wrong, its output cannot be written, or the models cannot be compared.</exception>
    /// <exception cref="ModelFileException">A model cannot be loaded.</exception>
    /// <exception cref="DatasetException">The folder or a frame in it cannot be used.</exception>
    /// <exception cref="EngineException">The native engine or the device cannot be used.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static GateReport Compare(GateRequest request, IProgress<double>? progress = null, TimeProvider? time = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        time ??= TimeProvider.System;
        if (request.Margins.Validate().ToArray() is { Length: > 0 } wrong) throw new GateException(string.Join(Environment.NewLine, wrong));
        if (request.Output is { } output && AtomicFile.WhyNotInto(output) is { } unwritable) throw new GateException(unwritable);
        var set = FrozenSet.Of(request.DataFolder, request.Candidate, request.Active);
        using var candidate = ModelLoader.Load(request.Candidate, request.Device);
        using var active = ModelLoader.Load(request.Active, request.Device);
        if (Math.Max(candidate.Input.Frames, active.Input.Frames) > 1)
            throw new GateException("A model of clips cannot be compared at the gate: the frozen frames are single ones, without those right before them. Measure it with evaluate, let it be the shadow, and activate it with a reason.");
        var pair = new ModelPair(candidate, active, request);
        var frames = Judge(pair, set, request.Area, progress, cancel);
        var report = Report(pair, set, frames, request.Margins, time.GetUtcNow());
        if (request.Output is { } folder)
        {
            File.WriteAllText(Path.Combine(folder, "gate.json"), report.ToJson());
            File.WriteAllText(Path.Combine(folder, "gate.html"), GateDocument.Html(report, new GatePictures(pair, set, request.Area).Of));
        }

        return report;
    }

    private static List<GateFrame> Judge(ModelPair pair, FrozenSet set, InspectionArea? area, IProgress<double>? progress, CancellationToken cancel)
    {
        var frames = new List<GateFrame>();
        double done = 0, all = set.Normals.Count + set.Rejects.Count + (Math.Min(PlantedNormals, set.Normals.Count) * PlantedDefects.Kinds);
        void Add(string path, GateGroup group, string kind, Frame frame, int number = -1)
        {
            cancel.ThrowIfCancellationRequested();
            frames.Add(pair.Judge(Path.GetRelativePath(set.Root, path).Replace('\\', '/'), group, kind, frame, area) with { PlantedNumber = number });
            progress?.Report(++done / all);
        }

        foreach (var (number, path) in set.Normals.Index())
        {
            var frame = FrameFile.Read(path);
            Add(path, GateGroup.Normal, DatasetFrame.Good, frame);
            if (number >= PlantedNormals) continue;
            foreach (var planted in Planted(pair, frame, number)) Add(path, GateGroup.Planted, planted.Kind, planted.Frame, number);
        }

        foreach (var reject in set.Rejects) Add(reject.Path, GateGroup.Reject, reject.DefectKind, FrameFile.Read(reject.Path));
        return frames;
    }

    /// <summary>None where no part is found to plant them on.</summary>
    private static IReadOnlyList<PlantedFrame> Planted(ModelPair pair, Frame frame, int number)
    {
        try
        {
            return PlantedDefects.Plant(frame, pair.PlantedArea, number, pair.SignificantBits, pair.PlantedAlignment);
        }
        catch (PartNotFoundException)
        {
            return [];
        }
    }

    private static GateReport Report(ModelPair pair, FrozenSet set, List<GateFrame> frames, GateMargins margins, DateTimeOffset now)
    {
        var normals = frames.Where(f => f.Group == GateGroup.Normal).ToArray();
        var candidate = Describe(pair.Candidate, pair.CandidateThreshold, [.. normals.Select(f => f.CandidateScore)]);
        GateCriterion[] criteria =
        [
            GateCriteria.FalseRejects(frames, margins.FalseRejects),
            GateCriteria.RejectEscapes(frames, margins.RejectEscapes),
            GateCriteria.PlantedEscapes(frames, margins.PlantedEscapes),
            GateCriteria.ScoreDrift(frames, candidate, margins.Drift),
        ];
        return new GateReport
        {
            Passes = Array.TrueForAll(criteria, c => c.Passes),
            Candidate = candidate,
            Active = Describe(pair.Active, pair.ActiveThreshold, [.. normals.Select(f => f.ActiveScore)]),
            DataDigest = DatasetFolder.Digest(set.Normals.Concat(set.Rejects.Select(r => r.Path))),
            Criteria = criteria,
            Notes = set.Notes,
            Unreadable = set.Unreadable,
            Time = now,
            Frames = frames,
        };
    }

    private static GateModel Describe(AnomalyModel model, float threshold, float[] scores)
    {
        Array.Sort(scores);
        float? median = scores.Length == 0 ? null : scores[scores.Length / 2];
        return new GateModel(model.Version, model.Manifest.Method, threshold, model.Manifest.Calibration, median);
    }
}
