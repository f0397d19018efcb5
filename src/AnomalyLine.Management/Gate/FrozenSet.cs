using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Management.Gate;

/// <summary>The frames that two models are compared on, one of each part: no frame of a part that either has learnt from or was calibrated with.</summary>
/// <param name="Root">The data set's folder.</param>
/// <param name="Normals">Normal frames.</param>
/// <param name="Rejects">Confirmed rejects.</param>
/// <param name="Notes">What was left out and why.</param>
/// <param name="Unreadable">What is wrong with the frames that cannot be read.</param>
internal sealed record FrozenSet(string Root, IReadOnlyList<string> Normals, IReadOnlyList<DatasetFrame> Rejects, IReadOnlyList<string> Notes, IReadOnlyList<string> Unreadable)
{
    /// <summary>Reads a folder.</summary>
    /// <exception cref="DatasetException">It cannot be read.</exception>
    /// <exception cref="ModelFileException">A model cannot be read.</exception>
    public static FrozenSet Of(GateRequest request)
    {
        var data = DatasetFolder.OpenToTest(request.DataFolder);
        var (candidate, active) = (TrainingDigests.ReadAll(request.Candidate), TrainingDigests.ReadAll(request.Active));
        var notes = new List<string>();
        var tested = data.TestFrames.Where(f => f.IsNormal).Select(f => f.Path);
        if (candidate is null || active is null)
            notes.Add($"The file of the {(candidate is null ? "candidate" : "active model")} does not say which frames it learnt from, so only test/good is used as normals; none of it may have been trained on.");
        var used = candidate is null || active is null ? [] : candidate.Union(active).ToHashSet(StringComparer.Ordinal);
        var groups = PartGroups.Of([.. candidate is null || active is null ? tested : tested.Concat(data.TrainNormals)]);
        var fresh = groups.Parts.Where(part => used.Count == 0 || !part.Files.Any(path => used.Contains(TrainingDigests.Of(path)))).ToArray();
        var known = groups.Files - fresh.Sum(part => part.Files.Count);
        if (known > 0) notes.Add($"{known} of {groups.Files} normals are left out: one of the models learnt from them or was calibrated with them, or with another frame of the same part.");
        if (groups.Note("normals") is { } copies) notes.Add(copies);
        var unreadable = groups.Unreadable.ToList();
        var rejects = Confirmed(data, notes, unreadable);
        notes.AddRange(unreadable.Select(error => $"left out, for it cannot be read: {error}"));
        return new FrozenSet(data.Root, [.. fresh.Select(part => part.Sample)], rejects, [.. notes, .. data.Notes], unreadable);
    }

    /// <summary>One frame of each part and kind.</summary>
    private static DatasetFrame[] Confirmed(DatasetFolder data, List<string> notes, List<string> unreadable)
    {
        var rejects = new HashSet<string>(StringComparer.Ordinal);
        foreach (var kind in data.TestFrames.Where(f => !f.IsNormal).GroupBy(f => f.DefectKind, StringComparer.Ordinal))
        {
            var groups = PartGroups.Of([.. kind.Select(f => f.Path)]);
            rejects.UnionWith(groups.Parts.Select(part => part.Sample));
            if (groups.Note($"frames of {kind.Key}") is { } copies) notes.Add(copies);
            unreadable.AddRange(groups.Unreadable);
        }

        return [.. data.TestFrames.Where(f => rejects.Contains(f.Path))];
    }
}
