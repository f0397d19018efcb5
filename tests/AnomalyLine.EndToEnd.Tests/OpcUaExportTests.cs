using AnomalyLine.EndToEnd.Tests.Harness;

namespace AnomalyLine.EndToEnd.Tests;

/// <summary>The nodes of a running server's stations as a file, by the command line.</summary>
public sealed class OpcUaExportTests(SharedLine line, TrainedModel model)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Export_OneStation_WritesItsNodes()
    {
        Programs.RequireOpcUa();
        await line.EnsureStartedAsync(model);
        await line.Client.AddStationsAsync(line.Model, "export-1", "export-2");
        using var folder = new TemporaryFolder();
        var (code, text) = await RunningProgram.RunAsync(
            Programs.Cli, ["opcua", "export", "--station", "export-1", "--output", folder["line.xml"], "--server", line.Server.GrpcAddress], s_limit);
        Assert.True(code == 0, text);
        var document = await File.ReadAllTextAsync(folder["line.xml"], TestContext.Current.CancellationToken);
        Assert.Contains("NodeId=\"ns=1;s=export-1.Sequence\"", document, StringComparison.Ordinal);
        Assert.Contains("NodeId=\"ns=1;s=MachineVision/export-1/\"", document, StringComparison.Ordinal);
        Assert.DoesNotContain("export-2", document, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_UnknownStation_SaysWhich()
    {
        Programs.RequireOpcUa();
        await line.EnsureStartedAsync(model);
        using var folder = new TemporaryFolder();
        var (code, text) = await RunningProgram.RunAsync(
            Programs.Cli, ["opcua", "export", "--station", "export-none", "--output", folder["line.xml"], "--server", line.Server.GrpcAddress], s_limit);
        Assert.Equal(1, code);
        Assert.Contains("export-none", text, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["line.xml"]));
    }
}
