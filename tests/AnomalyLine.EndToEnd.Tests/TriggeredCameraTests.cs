using AnomalyLine.Contracts.V1;
using AnomalyLine.EndToEnd.Tests.Harness;

namespace AnomalyLine.EndToEnd.Tests;

/// <summary>A PLC triggers over OPC UA a camera that a camera program has: gateway, server, program, and the frame's verdict back to the tag.</summary>
public sealed class TriggeredCameraTests(SharedLine line, TrainedModel model) : IDisposable
{
    private const string Station = "press-9";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Trigger_ByThePlc_BringsAFrameAndItsVerdict()
    {
        Programs.RequireOpcUa();
        await line.EnsureStartedAsync(model);
        await line.Client.AddStationsAsync(line.Model, Station);
        Directory.CreateDirectory(_folder["parts"]);
        Parts.WritePng(_folder["parts/first.png"], Parts.Passing[0]);
        Parts.WritePng(_folder["parts/second.png"], Parts.Defective());
        await using var plc = await OpcUaClient.ConnectAsync(line.Server.OpcUaEndpoint, model.ClientPki, $"{Station}.Sequence");
        Assert.Equal("BadInvalidState", await plc.CallAsync(Station, "Trigger", ""));

        await using var camera = RunningProgram.Start(
            Programs.Camera,
            ["--server", line.Server.GrpcAddress, "--station", Station, "--source", _folder["parts"], "--software-trigger", "--count", "2"],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["ANOMALYLINE_KEY"] = line.Server.LocalKey! });
        while (await plc.CallAsync(Station, "Trigger", "") is "BadInvalidState") await Task.Yield();
        await SeenAsync(plc, 1, Verdict.Ok);
        Assert.Equal("Good", await plc.CallAsync(Station, "Trigger", Station));
        await SeenAsync(plc, 2, Verdict.NotOk);
        Assert.Equal(0, await camera.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    private static async Task SeenAsync(OpcUaClient plc, uint sequence, Verdict verdict)
    {
        await plc.UntilAsync(() => plc.Changes.Any(change => change.Status == "Good" && change.Value.GetUInt32() == sequence), TimeSpan.FromSeconds(30), "the tag");
        Assert.Equal((int)verdict, (await plc.ReadAsync($"{Station}.Evaluation"))[$"{Station}.Evaluation"].Value.GetInt32());
    }
}
