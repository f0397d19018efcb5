namespace AnomalyLine.Management.Gate;

/// <summary>Frames of one group that only one of the two models got wrong.</summary>
/// <param name="Group">The group.</param>
/// <param name="IsCandidates">Whether the candidate is the one that is wrong.</param>
/// <param name="Count">Frames.</param>
/// <param name="Shown">The first of them, which the document has pictures of.</param>
public sealed record GateDisagreement(GateGroup Group, bool IsCandidates, int Count, IReadOnlyList<GateFrame> Shown)
{
    private const int MostShown = 12;
    private static readonly (bool IsCandidates, GateGroup Group)[] s_order =
    [
        (true, GateGroup.Normal), (true, GateGroup.Reject), (true, GateGroup.Planted), (false, GateGroup.Normal), (false, GateGroup.Reject), (false, GateGroup.Planted),
    ];

    /// <summary>All there are, the candidate's first, in the order of the document.</summary>
    internal static IReadOnlyList<GateDisagreement> Of(IReadOnlyList<GateFrame> frames) =>
        [.. s_order.Select(of => Of(frames, of.Group, of.IsCandidates)).Where(found => found.Count > 0)];

    private static GateDisagreement Of(IReadOnlyList<GateFrame> frames, GateGroup group, bool isCandidates)
    {
        var members = frames.Where(f => f.IsDisagreement && f.Group == group && f.CandidateErrs == isCandidates).ToArray();
        return new GateDisagreement(group, isCandidates, members.Length, [.. members.Take(MostShown)]);
    }
}
