using AnomalyLine.Contracts.V1;
using AnomalyLine.Demo;
using AnomalyLine.Management.Gate;
using Google.Protobuf;

namespace AnomalyLine.Server.Tests.Browser;

/// <summary>
/// A server that has something to show on every page: stations with rendered parts and rejects, one that is not ready, a recipe with a history, samples to review, a job that runs and one that
/// ended with a candidate. Its models are identity detectors, so parts are darkened and a reject has a spot of glare.
/// </summary>
internal static class ShownLine
{
    public const string First = "press-1", Second = "press-2", Idle = "press-3";
    private const int Side = 256;

    public static async Task<TestServer> StartAsync(int parts = 24)
    {
        var server = await TestServer.StartReadyAsync([First, Second]);
        await server.Stations.CreateStationAsync(new() { Name = Idle }, cancellationToken: TestServer.Cancel);
        // One after another, so that a part's number is its place in the log: frames that are in work together end in any order.
        for (var number = 1; number <= parts; number++) await server.InspectAsync([Part(First, number, isReject: number % 6 == 4)]);
        for (var number = 1; number <= 8; number++) await server.InspectAsync([Part(Second, number, isReject: number == 5)]);
        return server;
    }

    /// <summary>A part's frame: its score is 0.3..0.44, of a reject 0.8..1; numbers after 1000 lie just below the threshold of 0.5.</summary>
    public static InspectRequest Part(string station, int number, bool isReject = false)
    {
        var brightest = number > 1000 ? 0.47 : 0.3 + (0.14 * ((number * 7919 % 100) / 100.0));
        return new()
        {
            RequestId = (ulong)number,
            Station = station,
            PartId = $"{(station == First ? "A" : "B")}-{4700 + number}",
            Frame = new() { Width = Side, Height = Side, PixelFormat = PixelFormat.Bgr8, Data = UnsafeByteOperations.UnsafeWrap(Pixels(number, brightest, isReject)) },
        };
    }

    /// <summary>A trainer that runs until it is told to end, with the losses of five epochs.</summary>
    public static Task TrainLongAsync(TestServer server) => WriteTrainerAsync(server, """
        echo '{"phase":"loading","fraction":0,"message":"reading the frames"}'
        n=1
        for losses in 0.91,0.95 0.34,0.41 0.142,0.19 0.0712,0.11; do
          echo "{\"phase\":\"training\",\"fraction\":0.0$((5 * n / 2)),\"loss\":${losses%,*},\"validationLoss\":${losses#*,},\"message\":\"epoch $n of 20\",\"epoch\":$n,\"epochs\":20,\"leftSeconds\":120}"
          n=$((n + 1))
        done
        echo '{"phase":"training","fraction":0.25,"loss":0.0371,"validationLoss":0.093,"message":"epoch 5 of 20","epoch":5,"epochs":20,"leftSeconds":95}'
        while :; do sleep 0.05; done
        """);

    /// <summary>A trainer that gives a candidate at once, which the gate lets through or not.</summary>
    public static async Task TrainFastAsync(TestServer server, string active, bool passes)
    {
        Directory.CreateDirectory(Path.Combine(server.Folder, "datasets"));
        if (!Directory.Exists(Path.Combine(server.Folder, "datasets/parts")))
            SyntheticParts.WriteDataset(Path.Combine(server.Folder, "datasets/parts"), trainCount: 5, testNormals: 1, testPerDefect: 1, seed: 1, width: 64, height: 64);
        var report = Report(active, passes);
        await File.WriteAllTextAsync(Path.Combine(server.Folder, "gate.json"), report.ToJson(), TestServer.Cancel);
        await File.WriteAllTextAsync(Path.Combine(server.Folder, "gate.html"), GateDocument.Html(report, frame => [Picture(frame, 0), Picture(frame, 1), Picture(frame, 2)]), TestServer.Cancel);
        await WriteTrainerAsync(server, $$"""
            echo '{"phase":"training","fraction":0.5,"loss":0.02,"message":"epoch 1 of 2","epoch":1,"epochs":2,"leftSeconds":1}'
            printf {{(passes ? "good" : "poor")}} > $OUT/model.alm
            cp {{server.Folder}}/gate.json $OUT/gate.json
            cp {{server.Folder}}/gate.html $OUT/gate.html
            """);
    }

    /// <summary>A trainer that says why it cannot.</summary>
    public static Task TrainBadlyAsync(TestServer server) => WriteTrainerAsync(server, """
        echo '{"phase":"training","fraction":0.1,"loss":0.9,"message":"epoch 1 of 20","epoch":1,"epochs":20,"leftSeconds":95}'
        echo '{"phase":"failed","fraction":0,"message":"The loss became NaN in epoch 2 at a learning rate of 0.5; nothing was written. Lower it with --set learning-rate=0.17."}'
        exit 1
        """);

    /// <summary>Starts a job and waits until it is over, or until it runs.</summary>
    public static async Task<TrainingJob> StartJobAsync(TestServer server, string station, bool untilOver)
    {
        var job = (await server.Training.StartJobAsync(new() { Order = new() { Station = station, Method = "riad", BaseData = "parts" } }, cancellationToken: TestServer.Cancel)).Job;
        using var call = server.Training.WatchJob(new() { Id = job.Id }, cancellationToken: TestServer.Cancel);
        while (await call.ResponseStream.MoveNext(TestServer.Cancel) && (untilOver || call.ResponseStream.Current.Job.Epoch < 5)) job = call.ResponseStream.Current.Job;
        return untilOver ? job : call.ResponseStream.Current.Job;
    }

    public static async Task<string> ActiveAsync(TestServer server, string station) =>
        (await server.Recipes.GetRecipeAsync(new() { Station = station }, cancellationToken: TestServer.Cancel)).Recipe.ModelVersion;

    private static Task WriteTrainerAsync(TestServer server, string script) => File.WriteAllTextAsync(Path.Combine(server.Folder, "trainer.sh"), script, TestServer.Cancel);

    private static GateReport Report(string active, bool passes)
    {
        var calibration = FakeModels.Check("/dev/null").Calibration;
        return new()
        {
            Passes = passes,
            Candidate = new("identity-candidate", "identity", 0.5f, calibration, 0.36f),
            Active = new(active, "identity", 0.5f, calibration, 0.37f),
            DataDigest = new string('a', 64),
            Criteria =
            [
                new("falseRejects", 80, passes ? 1 : 9, 1, passes ? 0 : 8, 0, passes ? 0 : 0.1, passes ? 0.04 : 0.19, passes ? 1 : 0.004, 0.05, passes ? GateResult.NotWorse : GateResult.Worse, passes,
                    $"Of 80 normals {(passes ? 1 : 9)} are rejected with the candidate, 1 with the active model."),
                new("plantedEscapes", 120, 4, 5, 0, 1, -0.01, 0.02, 1, 0.05, GateResult.NotWorse, true, "Of 120 planted defects 4 pass with the candidate, 5 with the active model."),
            ],
            Notes = ["40 of 120 normals are left out: the candidate was trained on them."],
            Time = new DateTimeOffset(2026, 1, 2, 3, 4, 0, TimeSpan.Zero),
            Frames =
            [
                new("test/good/a17.png", GateGroup.Normal, "good", 0.62f, 0.31f, !passes, false), new("test/good/b04.png", GateGroup.Normal, "good", 0.57f, 0.44f, !passes, false),
                new("test/good/a17.png", GateGroup.Planted, "scratch", 0.71f, 0.42f, true, false) { PlantedNumber = 3 },
            ],
        };
    }

    /// <summary>The part, and a finding on it by the candidate or the active model.</summary>
    private static byte[] Picture(GateFrame frame, int number)
    {
        var finds = (number == 1 && frame.CandidateRejects) || (number == 2 && frame.ActiveRejects);
        var pixels = Pixels(frame.Path.Length + frame.Kind.Length, 0.9, finds);
        Assert.True(Imaging.Frame.TryCreate(Imaging.PixelFormat.Bgr8, Side, Side, 0, pixels, DateTimeOffset.UnixEpoch, out var shown, out _));
        Assert.True(Imaging.Overlay.TryEncodeFrame(shown, 0, Imaging.PixelFormat.Jpeg, out var file, out _));
        return file;
    }

    private static byte[] Pixels(int seed, double brightest, bool isReject)
    {
        var pixels = SyntheticParts.Render(seed, Side, Side).Bgr.ToArray();
        var scale = 255 * brightest / BrightestBlock(pixels);
        var (x, y, peak) = (70 + (seed * 37 % 110), 80 + (seed * 53 % 90), isReject ? 255 * (0.85 + (seed % 3 * 0.07)) : 0);
        for (var i = 0; i < pixels.Length; i++)
        {
            var (dx, dy) = ((i / 3 % Side) - x, (i / 3 / Side) - y);
            var glare = Math.Sqrt((dx * dx) + (dy * dy)) is var r && r < 26 ? peak : peak * Math.Exp(-(r - 26) / 6);
            pixels[i] = (byte)Math.Clamp(Math.Max(pixels[i] * scale, glare), 0, 255);
        }

        return pixels;
    }

    /// <summary>As the detector sees it: the brightest of 16 x 16 squares, in grey.</summary>
    private static double BrightestBlock(byte[] bgr)
    {
        var brightest = 1.0;
        for (var block = 0; block < 256; block++)
        {
            double sum = 0;
            for (var p = 0; p < 256; p++)
            {
                var at = 3 * (((((block / 16) * 16) + (p / 16)) * Side) + ((block % 16) * 16) + (p % 16));
                sum += (0.114 * bgr[at]) + (0.587 * bgr[at + 1]) + (0.299 * bgr[at + 2]);
            }

            brightest = Math.Max(brightest, sum / 256);
        }

        return brightest;
    }
}
