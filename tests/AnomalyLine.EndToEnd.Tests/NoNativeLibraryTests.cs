using AnomalyLine.EndToEnd.Tests.Harness;
using Grpc.Core;

namespace AnomalyLine.EndToEnd.Tests;

/// <summary>Programs whose native engine is broken say the loader's own reason and what to do, where people look for it.</summary>
public sealed class NoNativeLibraryTests(TrainedModel model) : IDisposable
{
    private const string Library = "libLibTorchSharp.so";

    // Beside the outputs: hard links do not lead to other file systems.
    private readonly string _folder = Path.Combine(Programs.Root, "artifacts", $"e2e-{Guid.NewGuid():N}");

    [Theory]
    [InlineData("damaged", "libLibTorchSharp.so is damaged: delete the output folder and build again.")]
    [InlineData("missing", "libLibTorchSharp.so is not beside the program")]
    public async Task Cli_BrokenLibrary_ReasonAndFixInOneLine(string what, string expected)
    {
        await CopyAsync(Path.GetDirectoryName(Programs.Cli)!);
        Break(what);

        var (code, text) = await RunningProgram.RunAsync(
            Path.Combine(_folder, "anomalyline"), ["inspect", "--model", model.Path, "--input", Path.GetDirectoryName(model.Path)!, "--output", Path.Combine(_folder, "out")], TimeSpan.FromSeconds(30));

        Assert.Equal(1, code);
        Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_DamagedLibrary_StationSaysReasonAndUploadIsRefusedWithIt()
    {
        const string reason = "libLibTorchSharp.so is damaged: delete the output folder and build again.";
        await CopyAsync(Programs.ServerFolder);
        await using var server = new ServerProcess(Path.Combine(_folder, "data"), hasOpcUa: false, Path.Combine(_folder, "AnomalyLine.Server"));
        await server.StartAsync();
        var client = new LineClient(server.Channel);
        await client.AddStationsAsync(await client.UploadAsync(model.Path), "a");
        await server.StopAsync();

        Break("damaged");
        await server.StartAsync();

        var station = Assert.Single((await client.Stations.ListStationsAsync(new(), cancellationToken: TestContext.Current.CancellationToken)).Stations);
        Assert.False(station.Ready);
        Assert.Contains(reason, station.Fault, StringComparison.Ordinal);
        Assert.Contains(server.Running.Lines, line => line.Contains(reason, StringComparison.Ordinal));
        var failure = await Assert.ThrowsAsync<RpcException>(() => client.UploadAsync(model.Path));
        Assert.Equal((StatusCode.FailedPrecondition, "engine-unusable"), (failure.StatusCode, failure.Trailers.GetValue("error-code")));
        Assert.Contains(reason, failure.Status.Detail, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private async Task CopyAsync(string from)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder)!);
        var (code, text) = await RunningProgram.RunAsync("cp", ["--archive", "--link", from, _folder], TimeSpan.FromSeconds(30));
        Assert.True(code == 0, text);
    }

    /// <summary>Taken away first, always: it is a link to the file that the other tests run with.</summary>
    private void Break(string what)
    {
        var path = Path.Combine(_folder, Library);
        File.Delete(path);
        if (what is "damaged") File.WriteAllText(path, "not a library");
    }
}
