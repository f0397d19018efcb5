using AnomalyLine.Demo;
using AnomalyLine.Detection.Models;
using AnomalyLine.Management.Samples;

namespace AnomalyLine.Management.Tests.Samples;

[Trait("Speed", "Slow")]
public sealed class LeaveOutReportTests(ITestOutputHelper output)
{
    [Fact]
    public void Make_ThreeDefectsAmongAHundredNormals_AreDoubtedBeforeAllOthers()
    {
        using var folder = new TemporaryFolder();
        SyntheticParts.WriteDataset(folder["parts"], trainCount: 100, testNormals: 0, testPerDefect: 1, seed: 5, width: 128, height: 128);
        string[] defects = [.. new[] { "scratch", "dent", "stain" }.Select(kind => folder[$"parts/test/{kind}/000.png"]).Select(Rename)];
        string[] normals = [.. Directory.GetFiles(folder["parts/train/good"]).Select(Rename)];
        var begin = TimeProvider.System.GetTimestamp();

        var report = LeaveOutReport.Make(new LeaveOutRequest([.. normals, .. defects], folder["doubts.json"]));

        output.WriteLine($"{TimeProvider.System.GetElapsedTime(begin).TotalSeconds:0.0} s\n{string.Join('\n', report.Lines())}");
        Assert.Equal(103, report.Checked);
        Assert.Equal(defects.Select(Path.GetFileNameWithoutExtension).Order(), report.Reasons.Take(3).Select(doubt => doubt.Key).Order());
        Assert.InRange(report.Reasons.Count, 3, 5);
        Assert.Contains("place 1 of 103", report.Reasons[0].Value, StringComparison.Ordinal);
        Assert.Equal(report.Reasons, LeaveOutReport.Read(folder["doubts.json"])?.Reasons);
    }

    [Fact]
    public void Make_FewerThanTwentyNormals_NoneIsChecked()
    {
        using var folder = new TemporaryFolder();

        var report = LeaveOutReport.Make(new LeaveOutRequest(["a.png"], folder["doubts.json"]));

        Assert.Equal(0, report.Checked);
        Assert.Contains("it takes 20", Assert.Single(report.Lines()), StringComparison.Ordinal);
    }

    /// <summary>As a sample is named: by its content.</summary>
    private static string Rename(string file)
    {
        var named = Path.Combine(Path.GetDirectoryName(file)!, TrainingDigests.Of(file) + ".png");
        File.Move(file, named);
        return named;
    }
}
