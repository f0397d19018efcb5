using AnomalyLine.Detection.Models;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Evaluation.Defects;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Training;

namespace AnomalyLine.Learning.Tuning;

/// <summary>The trainings of one tuning and what came of them.</summary>
internal sealed class Trials(TuningRequest request, PartGroups parts, SyntheticTest test, string folder, IProgress<TuningProgress>? progress, TimeProvider time, Budget budget)
{
    private readonly List<(TuningTrial Trial, TrainingResult? Model)> _done = [];

    /// <summary>Notes a candidate that judges too slowly to be tried.</summary>
    public void Exclude(Candidate candidate, double msPerFrame) => _done.Add((
        new TuningTrial(0, candidate.Method, candidate.Preset, msPerFrame, 0, null, false, $"takes {msPerFrame:0} ms a frame, more than {request.MaxMsPerFrame:0.#}"), null));

    /// <summary>Trains and ranks one candidate within its share of the time. A training that fails is noted and the others go on.</summary>
    public void Run(int round, int rounds, Candidate candidate, double msPerFrame, int left, CancellationToken cancel)
    {
        // What learns at once gives the same model each time.
        if (MethodCatalog.Find(candidate.Method) is { LearnsAtOnce: true } && _done.Exists(d => d.Trial.Round > 0 && d.Trial.Method == candidate.Method && d.Trial.Preset == candidate.Preset)) return;
        var begin = time.GetTimestamp();

        // Held-out normals rank the models, so none may learn from them.
        var training = Training(candidate, Path.Combine(folder, $"{_done.Count}.alm")) with
        {
            Calibration = CalibrationKind.Conformal,
            MaxTime = budget.Share(round, rounds, left, msPerFrame),
        };
        try
        {
            var result = Trainer.Train(training, new Relay(progress, budget, $"round {round} of {rounds}, {candidate.Method} ({candidate.Preset})"), time, cancel);
            using var model = ModelLoader.Load(result.Path, request.Device);
            var minutes = result.Manifest.Metrics["trainingMinutes"];
            var score = test.Measure(model, cancel);
            _done.Add((new TuningTrial(round, candidate.Method, candidate.Preset, msPerFrame, minutes, score, false, "") { ModelPath = result.Path }, result));
            budget.Learn(time.GetElapsedTime(begin) - TimeSpan.FromMinutes(minutes), msPerFrame);
        }
        catch (Exception e) when (e is TrainingException or ModelFileException)
        {
            _done.Add((new TuningTrial(round, candidate.Method, candidate.Preset, msPerFrame, time.GetElapsedTime(begin).TotalMinutes, null, false, e.Message), null));
        }
    }

    /// <summary>The best methods of a field by the best model of each; all of them before the first is trained, none that failed after.</summary>
    public IEnumerable<Candidate> Best(int count, IReadOnlyList<Candidate> field) => _done.TrueForAll(d => d.Trial.Round == 0)
        ? field
        : field.Select(c => (Candidate: c, Rank: _done.Where(d => d.Trial.Method == c.Method).Max(d => d.Trial.Score?.Rank)))
            .Where(c => c.Rank is not null).OrderByDescending(c => c.Rank).Take(count).Select(c => c.Candidate);

    private TrainingRequest Training(Candidate candidate, string output) => new()
    {
        Method = candidate.Method,
        Preset = candidate.Preset,
        DataFolder = request.DataFolder,
        Output = output,
        Area = request.Area,
        Seed = request.Seed,
        Parts = parts,
        Device = request.Device,
        FalseRejectRate = request.FalseRejectRate,
        HeldOut = request.HeldOut,
    };

    /// <summary>Writes the model that ranks highest. One that learns at once is trained again, on what ranked it as well, calibrated as a training by itself would.</summary>
    public TuningResult Choose(int frames, TimeSpan elapsed, CancellationToken cancel)
    {
        var ranked = _done.Where(d => d.Model is not null).OrderByDescending(d => d.Trial.Score!.Rank).ToArray();
        if (ranked.Length == 0)
            throw new TrainingException($"No model came of it: {string.Join("; ", _done.Select(d => $"{d.Trial.Method} ({d.Trial.Preset}) {d.Trial.Note}"))}.");
        var (best, model) = ranked[0];
        var candidate = new Candidate(best.Method, best.Preset);
        if (MethodCatalog.Find(best.Method) is { LearnsAtOnce: true })
            model = Trainer.Train(Training(candidate, Path.Combine(folder, "chosen.alm")), new Relay(progress, budget, $"{best.Method} ({best.Preset}) on all normals"), time, cancel);
        try
        {
            File.Move(model!.Path, request.Output, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"{request.Output}: the model cannot be written: {e.Message}", e);
        }

        IReadOnlyList<TuningTrial> trials =
            [best with { IsChosen = true, ModelPath = request.Output }, .. ranked.Skip(1).Select(r => r.Trial), .. _done.Where(d => d.Model is null).Select(d => d.Trial)];
        return new TuningResult(model with { Path = request.Output }, trials, Reason(best, ranked.Skip(1).Select(r => r.Trial).FirstOrDefault(t => t.Method != best.Method)), frames, elapsed);
    }

    private static string Reason(TuningTrial best, TuningTrial? second)
    {
        var score = best.Score!;
        var weakest = score.ImageAurocOfKind.MinBy(k => k.Value);
        return $"{best.Method} ({best.Preset}, round {best.Round}) tells planted defects from normal frames best: found {score.Found:0.000} with few false alarms, image AUROC {score.ImageAuroc:0.000}, pixel AUROC {score.PixelAuroc:0.000}, {best.MsPerFrame:0.0} ms a frame. "
            + (second is { Score: { } other } ? $"Next is {second.Method} ({second.Preset}) with {other.Found:0.000}, {other.ImageAuroc:0.000} and {other.PixelAuroc:0.000}. " : "")
            + $"Its weakest kind is {weakest.Key} ({weakest.Value:0.000}).";
    }

    private sealed class Relay(IProgress<TuningProgress>? listener, Budget budget, string what) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => listener?.Report(new TuningProgress(
            budget.Spent, value.Stage == TrainingStage.Training ? $"{what}: epoch {value.Epoch}, loss {value.Loss:G4}" : $"{what}: {value.Stage.ToString().ToLowerInvariant()}"));
    }
}
