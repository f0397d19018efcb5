using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using AnomalyLine.Contracts.V1;
using AnomalyLine.Demo;
using AnomalyLine.EndToEnd.Tests.Harness;

namespace AnomalyLine.EndToEnd.Tests;

/// <summary>
/// What an operator and a process engineer do every week, against a real server with real trainer processes while cameras stream: the lamp is changed, drift raises its alarm, samples are
/// reviewed, a job is cancelled, another one runs through, the gate passes, the shadow counts, the model becomes active, and is taken back. Management by REST, as an integrator does it.
/// </summary>
public sealed class WeeklyStoryTests(TrainedModel model, ITestOutputHelper output)
{
    private const int NewParts = 120, FrozenParts = 150;
    private const double NewLamp = 1.35;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);
    private int _firstOfNewLamp = int.MaxValue;
    private readonly long _begin = TimeProvider.System.GetTimestamp();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Week_FromTheNewLampToTheRollback_EachFrameIsJudgedByExactlyOneVersion()
    {
        using var folder = new TemporaryFolder();
        await using var server = new ServerProcess(
            folder["data"], hasOpcUa: false,
            more: ["--AnomalyLine:Management:ReservedDiskBytes=0", "--AnomalyLine:Management:CollectorShare=1", "--AnomalyLine:Drift:MeasureInterval=00:00:00.050"]);
        await server.StartAsync();
        WriteBaseSet(folder["data/datasets/press-1-start"]);
        var first = await StartLineAsync(server);
        var cameras = new[] { new CameraClient(server, "press-1", 12, Lit(1, 200_000, NewParts)), new CameraClient(server, "press-2", 5, Lit(1, 300_000, 20)) };
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var streaming = Task.WhenAll(cameras.Select(camera => camera.RunAsync(_ => !end.IsCancellationRequested, Cancel)));
        await UntilAsync("both cameras stream", () => Task.FromResult(cameras.All(camera => camera.Answers.Count > 20)));
        Tell("the line runs");

        // Monday: the lamp is changed.
        cameras[0].Frames = Lit(NewLamp, 400_000, NewParts);
        _firstOfNewLamp = cameras[0].Sent.Count + 3;
        await UntilAsync("drift raises its alarm", async () => (await GetAsync(server, "/v1/stations/press-1/drift")).GetProperty("alarms").EnumerateArray().Any(Is("signal", "Brightness")));
        Assert.Empty((await GetAsync(server, "/v1/stations/press-2/drift")).GetProperty("alarms").EnumerateArray());
        var (drift, alarm) = await RunningProgram.RunAsync(Programs.Cli, ["stations", "drift", "press-1", "--server", server.GrpcAddress], s_limit);
        Assert.Equal(1, drift);
        Assert.Contains("brighter", alarm, StringComparison.Ordinal);
        Tell("drift has raised its alarm");

        // The operator approves what was collected since, and excludes the old lamp's parts.
        await UntilAsync("samples of the new lamp", async () => (await SamplesAsync(server)).Count(IsNewLamp) >= NewParts - 5);
        var samples = await SamplesAsync(server);
        await ReviewAsync(server, samples.Where(IsNewLamp), "SAMPLE_STATE_APPROVED", "SAMPLE_LABEL_NORMAL");
        await ReviewAsync(server, samples.Where(sample => !IsNewLamp(sample)), "SAMPLE_STATE_EXCLUDED", "SAMPLE_LABEL_NORMAL");
        Tell($"{samples.Count(IsNewLamp)} samples are approved, {samples.Count(sample => !IsNewLamp(sample))} excluded");

        // A job with a wrong order is cancelled while it trains; the next one runs through.
        var wrong = await StartJobAsync(server, new { station = "press-1", method = "ae-l2", preset = "fast", baseData = "press-1-start", options = new[] { new { name = "epochs", value = "5000" } } });
        await UntilAsync("the first job trains", async () => await GetAsync(server, $"/v1/jobs/{wrong}") is var job && job.GetProperty("state").GetString() == "JOB_STATE_RUNNING" && job.GetProperty("epoch").GetInt32() > 0);
        var cancelled = await PostAsync(server, $"/v1/jobs/{wrong}/cancel", new { });
        Assert.Equal("JOB_STATE_CANCELLED", cancelled.GetProperty("job").GetProperty("state").GetString());
        Tell("a job was cancelled");
        // Which parts were collected is the line's timing, so the gate may say no by chance; the engineer then trains a little longer.
        JsonElement version, done;
        var trainings = 0;
        do
        {
            trainings++;
            object order = trainings == 1
                ? new { station = "press-1", warmStart = true, baseData = "press-1-start" }
                : new { station = "press-1", warmStart = true, baseData = "press-1-start", options = new[] { new { name = "epochs", value = $"{20 * trainings}" } } };
            var right = await StartJobAsync(server, order);
            await UntilAsync("the next job is over", async () => (await GetAsync(server, $"/v1/jobs/{right}")).GetProperty("state").GetString() is not ("JOB_STATE_QUEUED" or "JOB_STATE_RUNNING"));
            done = await GetAsync(server, $"/v1/jobs/{right}");
            Assert.True(done.GetProperty("state").GetString() == "JOB_STATE_SUCCEEDED", done.ToString());
            version = (await GetAsync(server, "/v1/stations/press-1/models")).GetProperty("models")[0];
            Tell($"a job ran through: {done.GetProperty("message").GetString()}");
        }
        while (trainings < 4 && !version.GetProperty("gatePasses").GetBoolean());
        var candidate = done.GetProperty("modelVersion").GetString()!;

        // The gate passes, and its document stays with the version.
        Assert.Equal((candidate, first.Version), (version.GetProperty("version").GetString(), version.GetProperty("gateAgainst").GetString()));
        Assert.True(version.GetProperty("gatePasses").GetBoolean(), version.GetProperty("gateSummary").GetString());
        var gate = JsonDocument.Parse((await GetAsync(server, $"/v1/stations/press-1/models/{candidate}/gate")).GetProperty("json").GetString()!).RootElement;
        Assert.True(gate.GetProperty("passes").GetBoolean());

        // As a shadow it scores live parts without a say in them.
        await PostAsync(server, $"/v1/stations/press-1/models/{candidate}/shadow", new { enabled = true });
        await UntilAsync("the shadow counts", async () => Number((await GetAsync(server, "/v1/stations/press-1/shadow")).GetProperty("judged")) >= 20);
        var shadow = await GetAsync(server, "/v1/stations/press-1/shadow");
        Assert.Equal((candidate, first.Version, ""), (shadow.GetProperty("version").GetString(), shadow.GetProperty("activeVersion").GetString(), shadow.GetProperty("fault").GetString()));
        Assert.InRange(Number(shadow.GetProperty("agreed")), 0, Number(shadow.GetProperty("judged")));
        Tell($"the shadow agrees on {shadow.GetProperty("agreed")} of {shadow.GetProperty("judged")} parts");

        // Activated under load, and taken back.
        await PostAsync(server, "/v1/stations/press-1/recipe", new { modelVersion = candidate, deadline = "30s" });
        await UntilAsync("the new model judges", () => Task.FromResult(Judged(cameras[0], candidate) >= 30));
        await PostAsync(server, "/v1/stations/press-1/recipe:rollback", new { reason = "the lamp is the old one" });
        var back = Judged(cameras[0], first.Version);
        await UntilAsync("the old model judges again", () => Task.FromResult(Judged(cameras[0], first.Version) >= back + 30));
        await end.CancelAsync();
        await streaming;
        Tell("activated and rolled back");

        var log = await new LineClient(server.Channel).ReadLogAsync("press-1", "press-2");
        var books = Books.Balance(cameras, log, []);
        Assert.True(books is { Unsent: 0, Refused: 0, AnsweredTwice: 0, Missing: 0, Different: 0, Doubled: 0, Unknown: 0, Gaps: 0 } && books.Sent == books.Answered && books.Sent == books.Logged, $"{books}");
        Assert.All(log, record => Assert.NotEqual(Verdict.NotDecidable, record.Verdict));

        // The log has three stretches, each of one version under one revision, and no frame between.
        var stretches = Stretches(log.Where(record => record.Station == "press-1"));
        Assert.Equal([(first.Version, 1u), (candidate, 2u), (first.Version, 3u)], stretches);
        Assert.Equal([(first.Version, 1u)], Stretches(log.Where(record => record.Station == "press-2")));
        await CheckAuditAsync(server, trainings);
        Tell($"{log.Count} frames, each judged by exactly one version");
    }

    /// <summary>Which version under which revision judged, in order of sequence, each as often as it took over.</summary>
    private static List<(string Version, uint Revision)> Stretches(IEnumerable<Contracts.V1.Inspection> log)
    {
        var stretches = new List<(string, uint)>();
        foreach (var record in log.OrderBy(record => record.Sequence))
            if (stretches.Count == 0 || stretches[^1] != (record.ModelVersion, record.RecipeRevision)) stretches.Add((record.ModelVersion, record.RecipeRevision));
        return stretches;
    }

    /// <summary>The chain holds, and names each step of the week with who took it.</summary>
    private static async Task CheckAuditAsync(ServerProcess server, int trainings)
    {
        var (code, text) = await RunningProgram.RunAsync(Programs.Cli, ["audit", "verify", "--server", server.GrpcAddress], s_limit);
        Assert.True(code == 0, text);
        var entries = (await GetAsync(server, "/v1/audit?subject=press-1&pageSize=1000")).GetProperty("entries").EnumerateArray().ToList();
        var steps = entries.Select(entry => entry.GetProperty("action").GetString()!).Aggregate(new List<string>(), (list, action) =>
        {
            if (list.Count == 0 || list[^1] != action) list.Add(action);
            return list;
        });
        Assert.Equal(
            [
                "station.create", "model.register", "recipe.activate", "model.stage", "collection.set", "sample.review", "job.start", "job.end",
                .. Enumerable.Repeat<string[]>(["job.start", "model.register", "job.end"], trainings).SelectMany(step => step), "model.stage", "recipe.activate", "model.stage", "recipe.rollback", "model.stage",
            ],
            steps);
        Assert.All(entries.Where(entry => entry.GetProperty("action").GetString() is "sample.review" or "job.start" or "recipe.rollback"), entry => Assert.Equal("ann", entry.GetProperty("user").GetString()));
    }

    /// <summary>Two stations with the first model. Its eight held-out normals certify little, so its threshold is put at twice theirs.</summary>
    private async Task<ModelVersion> StartLineAsync(ServerProcess server)
    {
        var first = await new LineClient(server.Channel).UploadAsync(model.Path);
        foreach (var station in new[] { "press-1", "press-2" })
        {
            await PostAsync(server, "/v1/stations", new { name = station });
            await PostAsync(server, $"/v1/stations/{station}/recipe", new { modelVersion = first.Version, threshold = 2 * first.Threshold, deadline = "30s" });
        }

        using var set = await server.Http.PutAsJsonAsync("/v1/stations/press-1/collection", new { everyNthOk = 1, interval = "0s", allNotOk = true }, Cancel);
        Assert.True(set.IsSuccessStatusCode, await set.Content.ReadAsStringAsync(Cancel));
        return first;
    }

    /// <summary>The engineer's set: parts of the old lamp to learn, so that they are not forgotten, and parts of the new one to compare on.</summary>
    private static void WriteBaseSet(string folder)
    {
        SyntheticParts.WriteDataset(folder, trainCount: 40, testNormals: 0, testPerDefect: 0, seed: 7, Parts.Size, Parts.Size);
        Directory.CreateDirectory(Path.Combine(folder, "test", "good"));
        for (var i = 0; i < FrozenParts; i++) Parts.WritePng(Path.Combine(folder, "test", "good", $"{i:000}.png"), Parts.Lit(500_000 + i, NewLamp));
    }

    private static List<Frame> Lit(double lamp, int firstSeed, int count) => [.. Enumerable.Range(firstSeed, count).AsParallel().AsOrdered().Select(seed => Parts.Lit(seed, lamp))];

    private bool IsNewLamp(JsonElement sample) => int.Parse(sample.GetProperty("partId").GetString()!["press-1-".Length..], CultureInfo.InvariantCulture) >= _firstOfNewLamp;

    private static async Task<IReadOnlyList<JsonElement>> SamplesAsync(ServerProcess server) =>
        [.. (await GetAsync(server, "/v1/samples?station=press-1&pageSize=1000")).GetProperty("samples").EnumerateArray()];

    private static async Task ReviewAsync(ServerProcess server, IEnumerable<JsonElement> samples, string state, string label) =>
        await PostAsync(server, "/v1/samples/reviews", new { ids = samples.Select(sample => sample.GetProperty("id").ToString()), state, label });

    private static async Task<string> StartJobAsync(ServerProcess server, object order) =>
        (await PostAsync(server, "/v1/jobs", new { order })).GetProperty("job").GetProperty("id").ToString();

    private static async Task<JsonElement> GetAsync(ServerProcess server, string path)
    {
        var answer = await server.Http.GetFromJsonAsync<JsonElement>(path, Cancel);
        return answer.TryGetProperty("job", out var job) ? job : answer;
    }

    private static async Task<JsonElement> PostAsync(ServerProcess server, string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("x-user", "ann");
        using var answer = await server.Http.SendAsync(request, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Asks again and again: the server tells nobody of these by itself.</summary>
    private static async Task UntilAsync(string what, Func<Task<bool>> holds)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(s_limit);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!await holds())
        {
            try
            {
                await pace.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!Cancel.IsCancellationRequested)
            {
                Assert.Fail($"{what}: not within {s_limit.TotalSeconds:0} s");
            }
        }
    }

    private void Tell(string what) => output.WriteLine($"{TimeProvider.System.GetElapsedTime(_begin).TotalSeconds:0.0} s: {what}");

    private static int Judged(CameraClient camera, string version) => camera.Answers.Count(answer => answer.Response.Inspection?.ModelVersion == version);

    private static long Number(JsonElement value) => long.Parse(value.ToString(), CultureInfo.InvariantCulture);

    private static Func<JsonElement, bool> Is(string property, string value) => element => element.GetProperty(property).GetString() == value;
}
