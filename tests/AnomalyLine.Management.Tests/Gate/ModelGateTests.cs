using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using AnomalyLine.Imaging;
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

    /// <summary>A candidate that finds no part in the frames would leave the line without verdicts: each is a reject of its.</summary>
    [Fact]
    public void Compare_CandidateThatFindsNoPart_RejectsEachOfThem()
    {
        var candidate = Path.Combine(Directory.CreateTempSubdirectory("anomalyline-gate-").FullName, "aligned.alm");
        File.Copy(models.Good.Path, candidate);
        AlignToNoise(candidate);

        var report = Compare(candidate, models.Good.Path);

        Assert.False(report.Passes);
        Assert.Equal(GateResult.Worse, report.Criteria[0].Result);
        Assert.All(report.Frames.Where(frame => frame.Group == GateGroup.Normal), frame => Assert.True(frame.CandidateRejects));
        Assert.DoesNotContain(report.Frames, frame => frame.Group == GateGroup.Planted);
        Directory.Delete(Path.GetDirectoryName(candidate)!, recursive: true);
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

    /// <summary>Gives a model file a reference that no frame looks like.</summary>
    private static void AlignToNoise(string model)
    {
        const int Side = 96;
        var noise = new byte[Side * Side];
        new Random(1).NextBytes(noise);
        Assert.True(Frame.TryCreate(PixelFormat.Mono8, Side, Side, 0, noise, DateTimeOffset.UnixEpoch, out var frame, out _));
        Assert.True(Overlay.TryEncodeFrame(frame, 0, PixelFormat.Png, out var reference, out _));
        using var zip = ZipFile.Open(model, ZipArchiveMode.Update);
        var entry = zip.GetEntry("manifest.json")!;
        JsonNode manifest;
        using (var old = entry.Open()) manifest = JsonNode.Parse(old)!;
        entry.Delete();
        manifest["input"]!["alignment"] = new JsonObject
        {
            ["frameWidth"] = Side,
            ["frameHeight"] = Side,
            ["reference"] = Convert.ToBase64String(reference),
            ["mostShift"] = 4,
            ["mostAngle"] = 5,
            ["mostScale"] = 0.1,
            ["leastCorrelation"] = 0.9,
            ["mostOutside"] = 0.1,
        };
        using var now = zip.CreateEntry("manifest.json").Open();
        now.Write(Encoding.UTF8.GetBytes(manifest.ToJsonString()));
    }

    private GateReport Compare(string candidate, string active) => ModelGate.Compare(
        new GateRequest { Candidate = candidate, Active = active, DataFolder = models.Data, Device = "cpu" }, cancel: TestContext.Current.CancellationToken);
}
