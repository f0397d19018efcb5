using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Samples;

namespace AnomalyLine.Management.Training;

/// <summary>
/// Marks samples that count as normal but do not look it, so that a defect does not become normal unseen. By their scores under the active model it finds what that model rejects or finds
/// odd; by those under a model of all the others (<see cref="LeaveOutReport"/>), which never saw them, also what the active one has already learnt. Each training job does the latter before it
/// trains. A mark is a question to a person; nothing is excluded by it. Any thread.
/// </summary>
/// <param name="samples">The samples.</param>
/// <param name="models">The models, for their calibrated thresholds.</param>
/// <param name="load">Loads the detector of a model version; its exceptions are those of <see cref="Line.OpenAsync"/>.</param>
/// <param name="dataFolder">The server's data folder.</param>
/// <param name="trainer">The process that does leave-out passes; null for this program.</param>
public sealed class SampleGuard(SampleStore samples, ModelStore models, Func<string, IDetector> load, string dataFolder, TrainerCommand? trainer = null)
{
    private const int BatchSize = 8;

    /// <summary>Checks all samples of a station that are labelled normal and not excluded. Scores of this model version are taken from their inspections; others are computed.</summary>
    /// <param name="recipe">The station, the model version, the threshold and the area to check with.</param>
    /// <param name="cancellation">Marks nothing.</param>
    /// <returns>How many were checked and how many are marked now, or <see cref="LineErrorCode.ModelNotFound"/>, ModelUnusable, ManagementFailed.</returns>
    public async Task<Outcome<GuardResult>> CheckAsync(Recipe recipe, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (!(await NormalsAsync(recipe.Station, cancellation)).TryGet(out var normals, out var error)) return error;
        var scores = normals.Where(sample => sample.ModelVersion == recipe.ModelVersion).ToDictionary(sample => sample.Id, sample => sample.Score);
        var unknown = normals.Where(sample => !scores.ContainsKey(sample.Id)).ToList();
        if (unknown.Count > 0)
        {
            // The detector belongs to one thread.
            var failure = await Task.Factory.StartNew(() => Score(unknown, recipe, scores, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            if (failure is not null) return failure;
        }

        var limit = OddScores.Above(scores.Values);
        var reasons = normals.ToDictionary(sample => sample.Id, sample => scores.TryGetValue(sample.Id, out var score) ? Judge(score, recipe, limit) : "The picture cannot be read.");
        var marked = await samples.SuspectAsync(reasons, cancellation);
        return marked.TryGet(out var count, out var failed) ? new GuardResult(normals.Count, count) : failed;
    }

    /// <summary>Checks them by a model of all the others, which never saw the one that it judges: in a process of its own at the lowest priority, about 8 s for 100 samples on two cores.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="cancellation">Ends the process; marks nothing.</param>
    /// <returns>How many were checked (none below <see cref="OddScores.FewestForMedian"/>) and how many are marked by it, or <see cref="LineErrorCode.InvalidSample"/>, ManagementFailed.</returns>
    public async Task<Outcome<GuardResult>> CheckLeftOutAsync(string station, CancellationToken cancellation)
    {
        if (!(await NormalsAsync(station, cancellation)).TryGet(out var normals, out var error)) return error;
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetFullPath(dataFolder), "jobs", $"check-{Guid.NewGuid():N}")).FullName;
        try
        {
            string work = Path.Combine(folder, "work.json"), output = Path.Combine(folder, "doubts.json");
            await File.WriteAllBytesAsync(work, new JobWork(null, null) { LeaveOut = new LeaveOutRequest([.. normals.Select(samples.PathOf)], output) }.ToJson(), cancellation);
            await TrainerProcess.RunAsync((trainer ?? TrainerProcess.Job)(work, 0), static _ => { }, cancellation);
            var report = LeaveOutReport.Read(output) ?? new LeaveOutReport(0, []);
            var marked = await samples.SuspectAsync(station, report.Reasons, cancellation);
            return marked.TryGet(out var count, out var failed) ? new GuardResult(report.Checked, count) : failed;
        }
        catch (TrainingFailedException failure)
        {
            return new LineError(LineErrorCode.InvalidSample, failure.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The calibrated threshold of a model version, or <see cref="LineErrorCode.ModelNotFound"/>.</summary>
    public Outcome<float> ThresholdOf(string version) => models.Find(version) is { } model
        ? model.Manifest.Calibration.Threshold
        : new LineError(LineErrorCode.ModelNotFound, $"There is no model \"{version}\"; upload its file first, or choose one that ListModels names.");

    /// <summary>All samples of a station that are labelled normal and not excluded.</summary>
    private async Task<Outcome<List<Sample>>> NormalsAsync(string station, CancellationToken cancellation)
    {
        var normals = new List<Sample>();
        for (long after = 0; ; after = normals[^1].Id)
        {
            var filter = new SampleFilter { Station = station, Label = SampleLabel.Normal };
            if (!(await samples.ListAsync(filter, after, SampleStore.MaxPageSize, cancellation)).TryGet(out var page, out var error)) return error;
            normals.AddRange(page);
            if (page.Count < SampleStore.MaxPageSize) break;
        }

        normals.RemoveAll(sample => sample.State is SampleState.Excluded);
        return normals;
    }

    private static string Judge(double score, Recipe recipe, double limit) =>
        score > recipe.Threshold ? $"Model {recipe.ModelVersion} rejects it: score {score:G4} above the threshold {recipe.Threshold:G4}."
        : score > limit ? $"Its score {score:G4} under {recipe.ModelVersion} is odd among the station's normals: above {limit:G4}."
        : "";

    private LineError? Score(List<Sample> unknown, Recipe recipe, Dictionary<long, double> scores, CancellationToken cancellation)
    {
        try
        {
            using var detector = load(recipe.ModelVersion);
            foreach (var chunk in unknown.Chunk(BatchSize))
            {
                cancellation.ThrowIfCancellationRequested();
                var prepared = chunk.Select(sample => (sample.Id, Frame: Prepare(sample, detector.Input, recipe.Area))).Where(pair => pair.Frame is not null).ToList();
                try
                {
                    if (prepared.Count == 0) continue;
                    var detections = detector.Detect([.. prepared.Select(pair => pair.Frame!)]);
                    for (var i = 0; i < prepared.Count; i++) scores[prepared[i].Id] = detections[i].Score;
                }
                finally
                {
                    foreach (var (_, frame) in prepared) frame!.Dispose();
                }
            }

            return null;
        }
        catch (FileNotFoundException e)
        {
            return new LineError(LineErrorCode.ModelNotFound, e.Message);
        }
        catch (Exception e) when (e is ModelFileException or EngineException)
        {
            return new LineError(LineErrorCode.ModelUnusable, e.Message);
        }
    }

    private PreparedFrame? Prepare(Sample sample, InputSpec input, InspectionArea? area)
    {
        try
        {
            return FramePreparer.TryPrepare(FrameFile.Read(samples.PathOf(sample)), input, area, out var prepared, out _) ? prepared : null;
        }
        catch (DatasetException)
        {
            return null;
        }
    }
}
