using AnomalyLine.Detection;
using AnomalyLine.Evaluation;
using AnomalyLine.Evaluation.Reports;
using AnomalyLine.Imaging;

namespace AnomalyLine.Vision.Tests.Training;

public sealed class EvaluationReportTests
{
    [Fact]
    public void Write_KnownFrames_HoldsFiguresChartsAndPictures()
    {
        using var folder = new PlainDataset();
        var html = Report(folder, "identity");
        Assert.Contains("0.750", html, StringComparison.Ordinal);
        Assert.Contains("1 of 2 good parts were rejected", html, StringComparison.Ordinal);
        Assert.Contains("NotOk · false reject", html, StringComparison.Ordinal);
        Assert.Contains("Ok · escape", html, StringComparison.Ordinal);
        Assert.Contains("test/dent/000.png", html, StringComparison.Ordinal);
        Assert.Equal(2, Count(html, "<svg "));
        Assert.Equal(8, Count(html, "src=\"data:image/jpeg;base64,"));
    }

    [Fact]
    public void Write_AnyResult_FetchesNothing()
    {
        using var folder = new PlainDataset();
        var html = Report(folder, "identity");
        Assert.DoesNotContain("http", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", html, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Write_NameWithMarkup_IsText()
    {
        using var folder = new PlainDataset();
        var html = Report(folder, "<b>me</b>");
        Assert.DoesNotContain("<b>me", html, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;me", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_NoDefects_LeavesTheirChartsOut()
    {
        using var folder = new PlainDataset(defects: false);
        var html = Report(folder, "identity");
        Assert.Equal(1, Count(html, "<svg "));
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
    }

    private static string Report(PlainDataset folder, string method)
    {
        using var detector = new IdentityDetector(new InputSpec(16, 16, 1));
        var data = folder.Open();
        var subject = EvaluatorTests.Subject(0.35f) with { Method = method };
        var result = Evaluator.Evaluate(detector, subject, data, cancellationToken: TestContext.Current.CancellationToken);
        var path = Path.Combine(folder.Root, "report.html");
        EvaluationReport.Write(path, result, detector, data);
        return File.ReadAllText(path);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
