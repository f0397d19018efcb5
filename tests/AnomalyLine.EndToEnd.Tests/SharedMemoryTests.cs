using System.Text.Json;
using AnomalyLine.Contracts.V1;
using AnomalyLine.EndToEnd.Tests.Harness;

namespace AnomalyLine.EndToEnd.Tests;

/// <summary>The camera program beside its server: frames go through shared memory by themselves, each is judged as what it is, and a server that is killed changes none of it.</summary>
public sealed class SharedMemoryTests(TrainedModel model) : IDisposable
{
    /// <summary>Fewer than the camera's buffer holds: however long the server is away, none is dropped.</summary>
    private const int Frames = 120;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("auto")]
    [InlineData("off")]
    public async Task Camera_ServerKilledInTheMiddle_EachFrameAnsweredWithItsVerdict(string sharedMemory)
    {
        Directory.CreateDirectory(_folder["parts"]);
        for (var i = 0; i < Parts.Passing.Count; i++) Parts.WritePng(_folder[$"parts/part-{i:00}-{(i % 5 == 4 ? "bad" : "good")}.png"], Larger(Parts.Passing[i]));
        await using var server = new ServerProcess(_folder["data"], hasOpcUa: false);
        await server.StartAsync();
        var line = new LineClient(server.Channel);
        await line.AddStationsAsync(await line.UploadAsync(model.Path), "press-1");
        var key = await new AccessService.AccessServiceClient(server.Channel).AddKeyAsync(new() { Name = "camera", Role = Role.Camera }, cancellationToken: TestContext.Current.CancellationToken);

        await using var camera = RunningProgram.Start(
            Programs.Camera,
            ["--server", server.GrpcAddress, "--station", "press-1", "--source", _folder["parts"], "--loop", "--format", "raw", "--rate", "30", "--count", $"{Frames}", "--json", "--shared-memory", sharedMemory],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["ANOMALYLINE_KEY"] = key.Secret });
        while ((await line.Stations.ListStationsAsync(new(), cancellationToken: TestContext.Current.CancellationToken)).Stations.Single().LastSequence < 10) await Task.Yield();
        await server.KillAsync();
        await server.StartAsync();
        Assert.Equal(0, await camera.WaitAsync(s_limit));

        var summary = JsonDocument.Parse(camera.Lines.Single(text => text.StartsWith('{'))).RootElement;
        Assert.Equal((Frames, 0, 0), (Int("taken"), Int("unanswered"), Int("errors")));

        // A connection that was made before the server takes memory sends messages for a second.
        Assert.InRange(Int("shared"), sharedMemory is "off" ? 0 : 10, sharedMemory is "off" ? 0 : Frames + Int("sentAgain"));
        Assert.InRange(Int("reconnections"), 1, 1000);
        var log = await line.ReadLogAsync("press-1");
        Assert.InRange(log.Count, Frames, Frames + Int("sentAgain"));
        Assert.All(log, record => Assert.Equal(record.PartId.Contains("bad", StringComparison.Ordinal) ? Verdict.NotOk : Verdict.Ok, record.Verdict));

        int Int(string name) => summary.GetProperty(name).GetInt32();
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Twice as wide and high: small frames go in messages.</summary>
    private static Frame Larger(Frame frame)
    {
        const int side = 2 * Parts.Size;
        var (from, to) = (frame.Data.Memory, new byte[3 * side * side]);
        for (var i = 0; i < to.Length; i++) to[i] = from.Span[(3 * ((i / (3 * side) / 2 * Parts.Size) + (i / 3 % side / 2))) + (i % 3)];
        return new() { Width = side, Height = side, PixelFormat = PixelFormat.Bgr8, Data = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(to) };
    }
}
