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
    /// <param name="folder">The data set's folder.</param>
    /// <param name="candidate">The candidate's model file.</param>
    /// <param name="active">The active model's; null if no model is active.</param>
    public static FrozenSet Of(string folder, string candidate, string? active)
    {
        var data = DatasetFolder.OpenToTest(folder);
        var learnt = new[] { candidate, active }.OfType<string>().Select(TrainingDigests.ReadAll).ToArray();
        var isKnown = Array.TrueForAll(learnt, digests => digests is not null);
        var notes = new List<string>();
        var tested = data.TestFrames.Where(f => f.IsNormal).Select(f => f.Path);
        if (!isKnown)
            notes.Add($"The file of the {(learnt[0] is null ? "candidate" : "active model")} does not say which frames it learnt from, so only test/good is used as normals; none of it may have been trained on.");
        var used = isKnown ? learnt.SelectMany(digests => digests!).ToHashSet(StringComparer.Ordinal) : [];
        var groups = PartGroups.Of([.. isKnown ? tested.Concat(data.TrainNormals) : tested]);
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
