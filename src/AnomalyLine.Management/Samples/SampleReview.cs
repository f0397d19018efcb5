using AnomalyLine.Imaging;
using AnomalyLine.Inspection;

namespace AnomalyLine.Management.Samples;

/// <summary>What a person says of samples.</summary>
/// <param name="Ids">Numbers of the samples, 1..10000 of them.</param>
/// <param name="State">Their state from now on.</param>
/// <param name="Label">What the parts are; null leaves it as it is.</param>
/// <param name="Defect">Kind of defect, on the plant's list or not: 0..64 characters, none of them a control character; null leaves it as it is.</param>
public sealed record SampleReview(IReadOnlyList<long> Ids, SampleState State, SampleLabel? Label, string? Defect)
{
    /// <summary>Longest <see cref="Comment"/>, characters.</summary>
    public const int MaxCommentLength = 500;

    /// <summary>
    /// What the person saw of them: where somebody has decided otherwise meanwhile, nothing is changed. Samples that are not in it are not compared.
    /// </summary>
    public IReadOnlyList<SampleDecision> Expected { get; init; } = [];

    /// <summary>What the person adds, for those who look later: 0..500 characters, none of them a control character.</summary>
    public string Comment { get; init; } = "";

    /// <summary>The station's sequence of the inspection on whose page it is said; 0 where it is said of the samples themselves.</summary>
    public long Sequence { get; init; }

    /// <summary>What is wrong with it; null where nothing is.</summary>
    internal LineError? Check()
    {
        var count = Ids.Distinct().Count();
        if (count is 0 or > SampleStore.MaxReviewSize) return Invalid($"ids: {count} samples are named; name 1..{SampleStore.MaxReviewSize}.");
        if (Defect is not null && DefectKind.Check(Defect) is { } wrong) return Invalid($"defect: the kind {wrong}.");
        if (Comment.Length > MaxCommentLength) return Invalid($"comment: has {Comment.Length} characters; send at most {MaxCommentLength}.");
        if (ControlCharacters.Check(Comment) is { } unprintable) return Invalid($"comment: {unprintable}; send printable characters only.");
        return Expected.FirstOrDefault(seen => !Ids.Contains(seen.Id)) is { } stray
            ? Invalid($"expected: sample {stray.Id} is not among those that are reviewed; name it in ids, or leave it out.")
            : null;

        static LineError Invalid(string message) => new(LineErrorCode.InvalidSample, message);
    }
}
