using System.Text.Json;
using System.Text.RegularExpressions;
using AnomalyLine.Contracts.V1;
using AnomalyLine.Demo;
using AnomalyLine.EndToEnd.Tests.Harness;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.EndToEnd.Tests;

/// <summary>Samples, audit, backup and REST as people use them: with the command-line program and curl against a server process.</summary>
public sealed partial class ManagementTests(TrainedModel model)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Operations_CurlLines_RunAsWritten()
    {
        using var folder = new TemporaryFolder();
        await using var server = new ServerProcess(folder["data"], hasOpcUa: false, more: ["--AnomalyLine:Management:ReservedDiskBytes=0"]);
        await server.StartAsync();
        var version = (await new LineClient(server.Channel).UploadAsync(model.Path)).Version;
        SyntheticParts.WriteDataset(folder["parts"], trainCount: 1, testNormals: 0, testPerDefect: 0, seed: 7, Parts.Size, Parts.Size);
        File.Copy(Directory.GetFiles(folder["parts"], "*.png", SearchOption.AllDirectories)[0], folder["part.png"]);
        var document = await File.ReadAllTextAsync(Path.Combine(Programs.Root, "docs", "operations.md"), Cancel);
        var lines = CurlLines().Matches(document).SelectMany(block => block.Groups["lines"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToList();

        Assert.True(lines.Count >= 10, $"only {lines.Count} lines");
        foreach (var line in lines)
        {
            var here = line.Replace("localhost:8080", $"127.0.0.1:{server.HttpPort}", StringComparison.Ordinal).Replace("ae-ssim-0123456789ab", version, StringComparison.Ordinal);
            var (code, text) = await RunningProgram.RunAsync("bash", ["-ec", $"set -o pipefail; cd '{folder.Path}'; {here}"], s_limit);
            Assert.True(code == 0, $"{line}\nended with {code}: {text}");
            if (line.Contains(".csv", StringComparison.Ordinal)) Assert.StartsWith("station,sequence,", text, StringComparison.Ordinal);
            else if (line.Contains("curl", StringComparison.Ordinal)) Assert.NotNull(JsonDocument.Parse(text));
        }

        var (_, audit) = await CliAsync(server, "audit", "list", "--json");
        var actions = JsonDocument.Parse(audit).RootElement.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("action").GetString()!).ToList();
        Assert.Equal(
            [
                "model.upload", "station.create", "model.register", "model.stage", "recipe.activate", "model.stage", "collection.set", "sample.import", "sample.review", "job.start", "job.end",
                "recipe.activate", "recipe.rollback",
            ],
            actions.Where(action => !action.EndsWith(".download", StringComparison.Ordinal)));
        Assert.Contains("sample.download", actions);
        Assert.Contains("inspection.download", actions);
    }

    [Fact]
    public async Task Samples_ImportedReviewedExportedBackedUpAndRestored_AreTheSameParts()
    {
        using var folder = new TemporaryFolder();
        SyntheticParts.WriteDataset(folder["parts"], trainCount: 6, testNormals: 2, testPerDefect: 1, seed: 7, Parts.Size, Parts.Size);
        var server = new ServerProcess(folder["data"], hasOpcUa: false, more: ["--AnomalyLine:Management:ReservedDiskBytes=0"]);
        await using (server)
        {
            await server.StartAsync();
            var version = (await new LineClient(server.Channel).UploadAsync(model.Path)).Version;
            await CliAsync(server, "stations", "add", "press-1");
            await CliAsync(server, "stations", "activate", "press-1", "--model", version, "--deadline-ms", "30000");
            await CliAsync(server, "samples", "import", folder["parts"], "--station", "press-1");
            await CliAsync(server, "samples", "review", "--station", "press-1", "--state", "pending", "--as", "approved");
            var (_, imported) = await CliAsync(server, "samples", "list", "--json");
            var defect = JsonDocument.Parse(imported).RootElement.GetProperty("samples").EnumerateArray()
                .First(sample => string.Equals(sample.GetProperty("label").GetString(), "anomalous", StringComparison.OrdinalIgnoreCase)).GetProperty("id").GetRawText().Trim('"');
            await CliAsync(server, "samples", "review", defect, "--as", "excluded");
            await CliAsync(server, "samples", "export", "--to", folder["export"], "--test-share", "0");
            var (_, check) = await CliAsync(server, "audit", "verify", "--json");
            var head = JsonDocument.Parse(check).RootElement;

            var files = Directory.GetFiles(folder["parts"], "*.png", SearchOption.AllDirectories).Where(file => !file.Contains("ground_truth", StringComparison.Ordinal)).ToList();
            var exported = DatasetFolder.Open(folder["export"]);
            var normal = files.Count(file => file.Contains("/good/", StringComparison.Ordinal));
            Assert.Equal(normal, exported.TrainNormals.Count);
            Assert.Equal(files.Count - normal - 1, exported.TestFrames.Count);
            await RunAsync("backup", "--data", folder["data"], "--to", folder["line.backup"]);
            await CliAsync(server, "samples", "review", defect == "2" ? "1" : "2", "--as", "excluded");
            Assert.Equal(0, (await server.StopAsync()).Code);
            Directory.Move(folder["data"], folder["old"]);
            await RunAsync("restore", "--from", folder["line.backup"], "--data", folder["data"]);

            await server.StartAsync();
            var (_, list) = await CliAsync(server, "samples", "list", "--state", "approved", "--json");
            Assert.Equal(files.Count - 1, JsonDocument.Parse(list).RootElement.GetProperty("samples").GetArrayLength());
            await CliAsync(server, "audit", "verify", "--head", head.GetProperty("head").GetString()!, "--entries", $"{head.GetProperty("entries").GetInt64()}");
            await CliAsync(server, "audit", "export", "--to", folder["audit.jsonl"]);
            Assert.Equal(head.GetProperty("entries").GetInt64(), (await File.ReadAllLinesAsync(folder["audit.jsonl"], Cancel)).Length);
            var (_, versions) = await CliAsync(server, "models", "versions", "press-1", "--json");
            Assert.Equal("active", JsonDocument.Parse(versions).RootElement.GetProperty("models")[0].GetProperty("stage").GetString());
            var judged = (await new LineClient(server.Channel).InspectAsync(Request(1)))[1].Inspection;
            Assert.Equal((Verdict.NotOk, version, 1ul), (judged.Verdict, judged.ModelVersion, judged.Sequence));
        }
    }

    [Fact]
    public async Task Disk_FillsUpWithSamples_VerdictsGoOnAndTheAlarmIsThere()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to mount a small disk");
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["disk"]);
        var (mounted, why) = await RunningProgram.RunAsync("mount", ["-t", "tmpfs", "-o", "size=12m", "tmpfs", folder["disk"]], s_limit);
        Assert.SkipUnless(mounted == 0, $"needs a small disk, and none can be mounted: {why}");
        try
        {
            await using var server = new ServerProcess(
                folder["disk/data"], hasOpcUa: false, more: [$"--AnomalyLine:Management:ReservedDiskBytes={6 << 20}", "--AnomalyLine:Management:CollectorShare=1"]);
            await server.StartAsync();
            var client = new LineClient(server.Channel);
            await client.AddStationsAsync(await client.UploadAsync(model.Path), "press-1");

            // Each one another picture, so that each wants room of its own.
            ulong sent = 0;
            while (await server.ReadMetricAsync("anomalyline_samples_fault") is not 1 && sent < 4000)
            {
                var answers = await client.InspectAsync(Enumerable.Range(0, 20).Select(i => Request(sent + (ulong)i + 1)));
                Assert.All(answers.Values, answer => Assert.Equal(Verdict.NotOk, answer.Inspection?.Verdict));
                sent += 20;
            }

            var after = await client.InspectAsync(Enumerable.Range(0, 100).Select(i => Request(sent + (ulong)i + 1)));
            Assert.All(after.Values, answer => Assert.Equal(Verdict.NotOk, answer.Inspection?.Verdict));
            Assert.Equal(sent + 100, (await client.Stations.ListStationsAsync(new(), cancellationToken: Cancel)).Stations[0].LastSequence);
            Assert.True(await server.ReadMetricAsync("anomalyline_samples_kept_total") > 0);
            Assert.Contains("Degraded", await server.Http.GetStringAsync("/health/ready", Cancel), StringComparison.Ordinal);
            Assert.Contains(server.Running.Lines, line => line.Contains("No samples are kept", StringComparison.Ordinal));
            TestContext.Current.TestOutputHelper?.WriteLine($"{sent} frames until the disk was full, {await server.ReadMetricAsync("anomalyline_samples_kept_total")} kept");
        }
        finally
        {
            await RunningProgram.RunAsync("umount", ["-l", folder["disk"]], s_limit);
        }
    }

    private static InspectRequest Request(ulong id) => new() { RequestId = id, Station = "press-1", PartId = $"{id}", Frame = Parts.Defective((int)id) };

    private static Task<(int Code, string Text)> CliAsync(ServerProcess server, params string[] arguments) => RunAsync([.. arguments, "--server", server.GrpcAddress]);

    private static async Task<(int Code, string Text)> RunAsync(params string[] arguments)
    {
        var (code, text) = await RunningProgram.RunAsync(Programs.Cli, arguments, s_limit);
        return code == 0 ? (code, text) : throw new InvalidOperationException($"anomalyline {string.Join(' ', arguments)} ended with {code}: {text}");
    }

    [GeneratedRegex("^```sh\n(?<lines>(curl|umask).*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CurlLines();
}
