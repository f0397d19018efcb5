using AnomalyLine.EndToEnd.Tests.Harness;

namespace AnomalyLine.EndToEnd.Tests;

/// <summary>The check for machines with a card, in its short form by the processor: that it runs to its end here is what can be known of it without one.</summary>
public sealed class CardCheckTests
{
    private static readonly string s_program = Path.Combine(Programs.Root, "tests", "AnomalyLine.Benchmarks", "bin", new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')).Parent!.Name, "net10.0");

    [Fact]
    public async Task CardCheck_ShortByTheProcessor_WritesEachTable()
    {
        using var folder = new TemporaryFolder();
        var report = folder["card.md"];

        var (code, text) = await RunningProgram.RunAsync(
            "env", [$"PROGRAM={s_program}", Path.Combine(Programs.Root, "build", "card-check.sh"), "--provider", "Cpu", "--short", "--output", report], TimeSpan.FromMinutes(4));

        Assert.True(code == 0, text);
        var lines = await File.ReadAllLinesAsync(report, TestContext.Current.CancellationToken);
        Assert.Equal("# Judging by Cpu", lines[0]);
        foreach (var start in new[] { "| of a product of matrices", "| ae-l2, fast, 128", "| 4 cameras", "| while models are swapped", "| 2 ", "| card " }) Assert.Contains(lines, line => line.StartsWith(start, StringComparison.Ordinal));
        var method = lines.Single(line => line.StartsWith("| ae-l2, fast, 128", StringComparison.Ordinal)).Split('|', StringSplitOptions.TrimEntries);
        Assert.Equal(("1.00", true), (method[2], double.Parse(method[3], System.Globalization.CultureInfo.InvariantCulture) < 1e-4));
    }

    [Fact]
    public async Task CardCheck_NoCard_SaysWhyAndFails()
    {
        using var folder = new TemporaryFolder();
        var report = folder["card.md"];

        var (code, text) = await RunningProgram.RunAsync(
            "env", [$"PROGRAM={s_program}", Path.Combine(Programs.Root, "build", "card-check.sh"), "--provider", "Cuda", "--short", "--output", report], TimeSpan.FromMinutes(4));

        Assert.NotEqual(0, code);
        Assert.Contains("This build has no part for a card: build with -p:OnnxBackend=gpu.", text, StringComparison.Ordinal);
        Assert.Contains("**It ended with code", await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
