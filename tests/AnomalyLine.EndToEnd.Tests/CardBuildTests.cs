using System.Runtime.InteropServices;
using AnomalyLine.Contracts.V1;
using AnomalyLine.EndToEnd.Tests.Harness;

namespace AnomalyLine.EndToEnd.Tests;

/// <summary>The build with ONNX Runtime for a card, which .ci/run makes: on a machine without one it says what is missing, a line each, and the processor judges.</summary>
public sealed class CardBuildTests(TrainedModel model)
{
    private static readonly string s_server = Path.Combine(Programs.Root, "artifacts", "gpu", "publish", "AnomalyLine.Server", "release_linux-x64", "AnomalyLine.Server");

    [Fact]
    public async Task Server_WhateverIsMissingForACard_NamesItOnceAndJudges()
    {
        Assert.SkipUnless(File.Exists(s_server), "needs the build for a card: dotnet publish src/AnomalyLine.Server -p:OnnxBackend=gpu");
        using var folder = new TemporaryFolder();
        await using var server = new ServerProcess(folder["data"], hasOpcUa: false, s_server, "--AnomalyLine:Line:Engine=Card");
        await server.StartAsync();
        var client = new LineClient(server.Channel);
        await client.AddStationsAsync(await client.UploadAsync(model.Path), "a");

        var answer = Assert.Single(await client.InspectAsync(new InspectRequest { RequestId = 1, Station = "a", PartId = "part-1", Frame = Parts.Good() })).Value;

        Assert.Equal(Verdict.Ok, answer.Inspection.Verdict);
        var problems = server.Running.Lines.Where(line => line.Contains("No card judges, the processor does: ", StringComparison.Ordinal)).ToArray();
        var cards = server.Running.Lines.Count(line => line.Contains("Cards that can judge: ", StringComparison.Ordinal));
        Assert.Equal(problems.Length == 0 ? 1 : 0, cards);
        Assert.Equal(problems.Distinct(StringComparer.Ordinal), problems);
        Assert.Equal(!HasDriver, problems.Any(line => line.Contains("driver is missing (libcuda.so.1)", StringComparison.Ordinal)));
        var isByCard = server.Running.Lines.Any(line => line.Contains("is served by Card", StringComparison.Ordinal));
        Assert.True(isByCard || server.Running.Lines.Any(line => line.Contains("; not by a card: ", StringComparison.Ordinal)));
        var health = await server.Http.GetStringAsync("/health/ready", TestContext.Current.CancellationToken);
        Assert.Contains(isByCard ? "Healthy: models are judged by Card (1)" : "Degraded: models are judged by ", health, StringComparison.Ordinal);
    }

    /// <summary>What the probe looks for is what this version of the provider needs: the file names each.</summary>
    [Fact]
    public async Task Provider_NamesEachCudaLibraryThatTheProbeLooksFor()
    {
        var provider = Path.Combine(Path.GetDirectoryName(s_server)!, "libonnxruntime_providers_cuda.so");
        Assert.SkipUnless(File.Exists(provider), "needs the build for a card: dotnet publish src/AnomalyLine.Server -p:OnnxBackend=gpu");
        string[] names = ["libcuda.so.1", "libcudart.so.13", "libcublas.so.13", "libcublasLt.so.13", "libcurand.so.10"];
        var (code, text) = await RunningProgram.RunAsync("grep", ["--text", "--only-matching", "--max-count=100", "-E", "lib(cuda|cudart|cublas|cublasLt|curand)\\.so\\.[0-9]+", provider], TimeSpan.FromSeconds(30));

        Assert.True(code == 0, text);
        Assert.Empty(names.Except(text.Split('\n'), StringComparer.Ordinal));
    }

    private static bool HasDriver => NativeLibrary.TryLoad("libcuda.so.1", out _);
}
