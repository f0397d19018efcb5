using AnomalyLine.Management.Gate;
using AnomalyLine.Management.Tests.Training;

namespace AnomalyLine.Management.Tests.Gate;

[Trait("Speed", "Slow")]
public sealed class ModelGateTests(SmallModels models)
{
    [Fact]
    public void Compare_AModelWithItself_PassesWithoutDisagreement()
    {
        var report = Compare(models.Good.Path, models.Good.Path);

        Assert.All(report.Frames, frame => Assert.False(frame.IsDisagreement));
        Assert.Equal(["falseRejects", "rejectEscapes", "plantedEscapes"], report.Criteria.Where(c => c.Difference == 0 && c.Passes).Select(c => c.Name).Take(3));
        Assert.Equal(80, report.Criteria[0].Count);
        Assert.Equal(ModelGate.PlantedNormals * 6, report.Criteria[2].Count);
        Assert.Contains(report.Notes, note => note.Contains("40 of 120 normals are left out", StringComparison.Ordinal));
    }

    [Fact]
    public void Compare_CandidateThatRejectsEverything_IsWorseAndTheDocumentShowsWhere()
    {
        var folder = Directory.CreateTempSubdirectory("anomalyline-gate-").FullName;
        var report = ModelGate.Compare(
            new GateRequest { Candidate = models.Poor.Path, Active = models.Good.Path, DataFolder = models.Data, CandidateThreshold = 0, Device = "cpu", Output = folder },
            cancel: TestContext.Current.CancellationToken);

        Assert.False(report.Passes);
        Assert.Equal(GateResult.Worse, report.Criteria[0].Result);
        Assert.StartsWith("The gate does not pass. Of 80 normals 80 are rejected with the candidate", report.Summary, StringComparison.Ordinal);
        Assert.Equal(report.ToJson(), GateReport.Parse(File.ReadAllText(Path.Combine(folder, "gate.json"))).ToJson());
        var html = File.ReadAllText(Path.Combine(folder, "gate.html"));
        Assert.Contains("Normals that only the candidate rejects", html, StringComparison.Ordinal);
        var pictures = report.Disagreements.Sum(found => found.Shown.Count) * GateDocument.PicturesOfAFrame;
        Assert.InRange(pictures, 12 * GateDocument.PicturesOfAFrame, 72 * GateDocument.PicturesOfAFrame);
        Assert.All(Enumerable.Range(0, pictures), number => Assert.StartsWith("FFD8", Convert.ToHexString(GateDocument.FindPicture(html, number)!), StringComparison.Ordinal));
        Assert.Null(GateDocument.FindPicture(html, pictures));
        Assert.DoesNotContain("http", html.Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Compare_SameTwice_SaysTheSame()
    {
        var (first, second) = (Compare(models.Poor.Path, models.Good.Path), Compare(models.Poor.Path, models.Good.Path));
        Assert.Equal(first.Frames, second.Frames);
        Assert.Equal(first.DataDigest, second.DataDigest);
    }

    [Fact]
    public void Compare_MarginOfZero_IsRefused()
    {
        var request = new GateRequest { Candidate = models.Good.Path, Active = models.Good.Path, DataFolder = models.Data, Margins = new GateMargins { FalseRejects = 0 } };
        Assert.Contains("margin of false rejects is 0", Assert.Throws<GateException>(() => ModelGate.Compare(request, cancel: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    private GateReport Compare(string candidate, string active) => ModelGate.Compare(
        new GateRequest { Candidate = candidate, Active = active, DataFolder = models.Data, Device = "cpu" }, cancel: TestContext.Current.CancellationToken);
}
