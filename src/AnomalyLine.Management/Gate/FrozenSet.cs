using AnomalyLine.Vision.Data;
using AnomalyLine.Vision.Models;

namespace AnomalyLine.Management.Gate;

/// <summary>The frames that two models are compared on: none that either has learnt from or was calibrated with.</summary>
/// <param name="Root">The data set's folder.</param>
/// <param name="Normals">Normal frames.</param>
/// <param name="Rejects">Confirmed rejects.</param>
/// <param name="Notes">What was left out and why.</param>
internal sealed record FrozenSet(string Root, IReadOnlyList<string> Normals, IReadOnlyList<DatasetFrame> Rejects, IReadOnlyList<string> Notes)
{
    /// <summary>Reads a folder.</summary>
    /// <exception cref="DatasetException">It cannot be read.</exception>
    /// <exception cref="ModelFileException">A model cannot be read.</exception>
    public static FrozenSet Of(GateRequest request)
    {
        var data = DatasetFolder.Open(request.DataFolder);
        var (candidate, active) = (TrainingDigests.ReadAll(request.Candidate), TrainingDigests.ReadAll(request.Active));
        var notes = new List<string>();
        var tested = data.TestFrames.Where(f => f.IsNormal).Select(f => f.Path).ToArray();
        if (candidate is null || active is null)
        {
            notes.Add($"The file of the {(candidate is null ? "candidate" : "active model")} does not say which frames it learnt from, so only test/good is used as normals; none of it may have been trained on.");
            return new FrozenSet(data.Root, tested, Confirmed(data), notes);
        }

        var used = candidate.Union(active).ToHashSet(StringComparer.Ordinal);
        var all = tested.Concat(data.TrainNormals).ToArray();
        var fresh = all.Where(path => !used.Contains(TrainingDigests.Of(path))).ToArray();
        if (fresh.Length < all.Length) notes.Add($"{all.Length - fresh.Length} of {all.Length} normals are left out: one of the models learnt from them or was calibrated with them.");
        return new FrozenSet(data.Root, fresh, Confirmed(data), notes);
    }

    private static DatasetFrame[] Confirmed(DatasetFolder data) => [.. data.TestFrames.Where(f => !f.IsNormal)];
}
