using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Management.Gate;

namespace AnomalyLine.Management.Tests.Gate;

public sealed class GateCriteriaTests
{
    [Fact]
    public void FalseRejects_HundredNormalsWithoutDifference_NotWorse()
    {
        var criterion = GateCriteria.FalseRejects(Frames(GateGroup.Normal, both: 2, neither: 98), 0.05);
        Assert.Equal((GateResult.NotWorse, true, 2, 2), (criterion.Result, criterion.Passes, criterion.CandidateErrors, criterion.ActiveErrors));
        Assert.Contains("95 % confidence", criterion.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void FalseRejects_TwentyNormalsWithoutDifference_UnprovenAndDoesNotPass()
    {
        var criterion = GateCriteria.FalseRejects(Frames(GateGroup.Normal, neither: 20), 0.05);
        Assert.Equal((GateResult.Unproven, false), (criterion.Result, criterion.Passes));
        Assert.Contains("takes 72 frames without a difference", criterion.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void FalseRejects_SixMoreByTheCandidateAlone_WorseThoughWithinTheMargin()
    {
        // 6 of 200 is 3 %, less than the margin, but by chance only one time in 64.
        var criterion = GateCriteria.FalseRejects(Frames(GateGroup.Normal, onlyCandidate: 6, neither: 194), 0.05);
        Assert.Equal((GateResult.Worse, false), (criterion.Result, criterion.Passes));
        Assert.Equal(1 / 64.0, criterion.PValue, 9);
    }

    [Fact]
    public void RejectEscapes_FewRejectsAllFound_UnprovenButPasses()
    {
        var criterion = GateCriteria.RejectEscapes(Frames(GateGroup.Reject, neither: 5), 0.05);
        Assert.Equal((GateResult.Unproven, true), (criterion.Result, criterion.Passes));
    }

    [Fact]
    public void RejectEscapes_OneOfFiveEscapesTheCandidate_Worse()
    {
        var criterion = GateCriteria.RejectEscapes(Frames(GateGroup.Reject, onlyCandidate: 1, neither: 4), 0.05);
        Assert.Equal((GateResult.Worse, false), (criterion.Result, criterion.Passes));
    }

    [Fact]
    public void RejectEscapes_OfNone_Pass() => Assert.True(GateCriteria.RejectEscapes([], 0.05).Passes);

    [Fact]
    public void PlantedEscapes_OfNone_DoNotPass() => Assert.False(GateCriteria.PlantedEscapes([], 0.05).Passes);

    [Fact]
    public void PlantedEscapes_CandidateFindsMore_NotWorse()
    {
        var criterion = GateCriteria.PlantedEscapes(Frames(GateGroup.Planted, onlyActive: 30, both: 10, neither: 140), 0.05);
        Assert.Equal((GateResult.NotWorse, true, 10, 40), (criterion.Result, criterion.Passes, criterion.CandidateErrors, criterion.ActiveErrors));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(20, false)]
    public void ScoreDrift_RejectsOfFrozenNormals_AgainstWhatTheCalibrationPromises(int rejected, bool passes)
    {
        var frames = Frames(GateGroup.Normal, onlyCandidate: rejected, neither: 100 - rejected);
        var criterion = GateCriteria.ScoreDrift(frames, new GateModel("x", "x", 0.5f, new Calibration(0.5f, 0.5f, 0.02, 0.02, true, 49, ""), null), 0.01);
        Assert.Equal(passes, criterion.Passes);
    }

    private static GateFrame[] Frames(GateGroup group, int both = 0, int onlyCandidate = 0, int onlyActive = 0, int neither = 0)
    {
        GateFrame One(bool candidateErrs, bool activeErrs)
        {
            bool candidate = candidateErrs == (group == GateGroup.Normal), active = activeErrs == (group == GateGroup.Normal);
            return new GateFrame("x.png", group, "x", candidate ? 1 : 0, active ? 1 : 0, candidate, active);
        }

        return
        [
            .. Enumerable.Repeat(One(true, true), both), .. Enumerable.Repeat(One(true, false), onlyCandidate),
            .. Enumerable.Repeat(One(false, true), onlyActive), .. Enumerable.Repeat(One(false, false), neither),
        ];
    }
}
