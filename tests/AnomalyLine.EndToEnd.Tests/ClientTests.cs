using System.IO.Compression;
using System.Text.RegularExpressions;
using AnomalyLine.Contracts.V1;
using AnomalyLine.EndToEnd.Tests.Harness;

namespace AnomalyLine.EndToEnd.Tests;

/// <summary>The cameras of clients/, made from the bundle of "make protos" with the compilers of the distribution: whatever happens to the server, each frame is answered once at the camera, with its own part's verdict.</summary>
public sealed partial class ClientTests(TrainedModel model) : IDisposable
{
    private const int Frames = 200;
    private static readonly string s_clients = Path.Combine(Programs.Root, "clients");
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Python_ServerKilledInTheMiddle_EachFrameAnsweredOnce()
    {
        Require("/usr/bin/protoc", "/usr/bin/grpc_python_plugin", "/usr/lib/python3/dist-packages/grpc/__init__.py", "/usr/lib/python3/dist-packages/google/protobuf/__init__.py");
        var client = CopyOf("python");
        await RunAsync("make", "-C", client, $"PROTOS={await ProtosAsync()}");

        await RunCameraAsync("/usr/bin/python3", server => [
            Path.Combine(client, "camera.py"), "--server", $"127.0.0.1:{server.GrpcPort}", "--station", "press-1", "--folder", _folder["parts"], "--rate", "50", "--count", $"{Frames}"]);
    }

    [Fact]
    public async Task Cpp_ServerKilledInTheMiddle_EachFrameAnsweredOnce()
    {
        Require("/usr/bin/protoc", "/usr/bin/grpc_cpp_plugin", "/usr/bin/g++", "/usr/include/grpcpp/grpcpp.h", "/usr/include/google/protobuf/message.h");
        var client = CopyOf("cpp");
        await RunAsync("make", "-C", client, $"PROTOS={await ProtosAsync()}", "CXXFLAGS=-O0");

        await RunCameraAsync(Path.Combine(client, "build", "camera"), server => [$"127.0.0.1:{server.GrpcPort}", "press-1", _folder["parts"], "50", $"{Frames}"]);
    }

    [Fact]
    public Task CSharp_ServerKilledInTheMiddle_EachFrameAnsweredOnce() =>
        RunCameraAsync(Programs.OutputIn(Path.Combine("clients", "csharp"), "Camera"), server => [server.GrpcAddress, "press-1", _folder["parts"], "50", $"{Frames}"]);

    public void Dispose() => _folder.Dispose();

    private static void Require(params string[] files)
    {
        foreach (var file in files) Assert.True(File.Exists(file), $"{file} is not on this machine: run deploy/install-native.sh --test.");
    }

    /// <summary>The bundle, unpacked.</summary>
    private async Task<string> ProtosAsync()
    {
        var zip = _folder["protos.zip"];
        await RunAsync("dotnet", "msbuild", Path.Combine(Programs.Root, "src", "AnomalyLine.Contracts"), "-t:ZipProtos", $"-p:ProtosZip={zip}", $"-p:ProtosFolder={_folder["zip"]}/", "-nologo");
        await ZipFile.ExtractToDirectoryAsync(zip, _folder["protos"], TestContext.Current.CancellationToken);
        return Assert.Single(Directory.GetDirectories(_folder["protos"], "anomalyline-protos-*"));
    }

    /// <summary>A client's sources in a folder of their own, so that nothing is made beside them.</summary>
    private string CopyOf(string client)
    {
        var folder = _folder[client];
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(Path.Combine(s_clients, client))) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        return folder;
    }

    private static async Task RunAsync(string file, params string[] arguments)
    {
        var (code, text) = await RunningProgram.RunAsync(file, arguments, TimeSpan.FromMinutes(5));
        Assert.True(code == 0, $"{file} {string.Join(' ', arguments)} ended with {code}:\n{text}");
    }

    /// <summary>A camera sends parts, each fifth of them defective; the server is killed by force after ten answers and started again.</summary>
    private async Task RunCameraAsync(string program, Func<ServerProcess, string[]> arguments)
    {
        Directory.CreateDirectory(_folder["parts"]);
        for (var i = 0; i < Parts.Passing.Count; i++) Parts.WritePng(_folder[$"parts/part-{i:00}-{(i % 5 == 4 ? "bad" : "good")}.png"], Parts.Passing[i]);
        await using var server = new ServerProcess(_folder["data"], hasOpcUa: false);
        await server.StartAsync();
        var line = new LineClient(server.Channel);
        await line.AddStationsAsync(await line.UploadAsync(model.Path), "press-1");
        var key = await new AccessService.AccessServiceClient(server.Channel).AddKeyAsync(
            new() { Name = "camera", Role = Role.Camera, Stations = { "press-1" } }, cancellationToken: TestContext.Current.CancellationToken);

        await using var camera = RunningProgram.Start(program, arguments(server), new Dictionary<string, string>(StringComparer.Ordinal) { ["ANOMALYLINE_KEY"] = key.Secret });
        await camera.UntilAsync(() => Answers(camera).Count >= 10, s_limit, "ten answers");
        await server.KillAsync();
        await server.StartAsync();
        Assert.Equal(0, await camera.WaitAsync(s_limit));

        var answers = Answers(camera);
        Assert.Equal(Enumerable.Range(1, Frames), answers.Select(answer => int.Parse(answer.Groups["id"].ValueSpan)).Order());
        var log = (await line.ReadLogAsync("press-1")).ToDictionary(record => record.Sequence);
        Assert.All(answers, answer =>
        {
            var (part, record) = (answer.Groups["part"].Value, log[ulong.Parse(answer.Groups["sequence"].ValueSpan)]);
            Assert.Equal((part, part.EndsWith("bad", StringComparison.Ordinal) ? Verdict.NotOk : Verdict.Ok), (record.PartId, record.Verdict));
            Assert.Equal(record.Verdict.ToString(), answer.Groups["verdict"].Value.Replace("VERDICT_", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
        });
        Assert.Equal(Parts.Passing.Count, answers.Select(answer => answer.Groups["part"].Value).Distinct(StringComparer.Ordinal).Count());
    }

    private static List<Match> Answers(RunningProgram camera) => [.. camera.Lines.Select(line => Answer().Match(line)).Where(match => match.Success)];

    [GeneratedRegex(@"^(?<id>\d+) (?<part>part-\S+) #(?<sequence>\d+) (?<verdict>\w+) ", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Answer();
}
