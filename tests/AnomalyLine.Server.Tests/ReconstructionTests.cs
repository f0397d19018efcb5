using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging;
using AnomalyLine.Management.Models;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.Pictures;
using Microsoft.Extensions.DependencyInjection;

namespace AnomalyLine.Server.Tests;

public sealed class ReconstructionTests
{
    [Fact]
    public async Task Reconstruction_JudgedPart_IsWhatItsModelExpectsInTheModelsSize()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await server.InspectAsync([TestServer.Request("a", 1, 250)]);

        using var answer = await server.Http.GetAsync("/stations/a/inspections/1/reconstruction", TestServer.Cancel);

        Assert.Equal(("image/png", true, true), (answer.Content.Headers.ContentType?.MediaType, answer.Headers.CacheControl?.Private, answer.Headers.CacheControl?.MaxAge > TimeSpan.Zero));
        Assert.True(Frame.TryCreate(PixelFormat.Png, 16, 16, 0, await answer.Content.ReadAsByteArrayAsync(TestServer.Cancel), DateTimeOffset.UnixEpoch, out var picture, out _));
        Assert.True(FramePreparer.TryPrepare(picture, FakeModels.Input, null, out var prepared, out var error), error);
        using (prepared) Assert.Equal(76 / 255f, prepared.Values[40], 1e-3f);
    }

    [Fact]
    public async Task Reconstruction_Missing_SaysWhyInTheVisitorsLanguageAndIsNotRemembered()
    {
        await using var server = await TestServer.StartReadyAsync(["a", "b"]);
        await server.ActivateAsync("b", await server.UploadAsync("blind"), "a test");
        await server.InspectAsync([TestServer.Request("a", 1, 250), TestServer.Request("b", 2, 250)]);
        server.Http.DefaultRequestHeaders.Add("Accept-Language", "de");

        Assert.Contains("nicht mehr aufbewahrt", await RefusedAsync(server, "a", 99), StringComparison.Ordinal);
        Assert.Contains("rekonstruiert keine Bilder", await RefusedAsync(server, "b", 1), StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(server.Folder, "models"))) File.Delete(file);
        Assert.Contains("nicht mehr gespeichert", await RefusedAsync(server, "a", 1), StringComparison.Ordinal);
        var page = WebUtility.HtmlDecode(await server.Http.GetStringAsync("/stations/a/inspections/1", TestServer.Cancel));
        Assert.Contains("Das Modell, das dieses Teil beurteilte, ist nicht mehr gespeichert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("inspections/1/reconstruction", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reconstruction_ManyAtOnce_AreMadeOneByOneWithOneModelAndTheRestAreTurnedAway()
    {
        using var gate = new SemaphoreSlim(0);
        var (loads, alive) = (0, 0);
        await using var server = await TestServer.StartAsync(services => services.AddSingleton(provider =>
        {
            var models = provider.GetRequiredService<ModelStore>();
            return new DetectorLoader(version => FakeModels.Load(models, version))
            {
                LoadPlain = version =>
                {
                    Interlocked.Increment(ref loads);
                    gate.Wait(TestServer.Cancel);
                    return new Counted(FakeModels.Load(models, version), change => Interlocked.Add(ref alive, change));
                },
            };
        }));
        var version = await server.UploadAsync("one");
        await server.Stations.CreateStationAsync(new() { Name = "a" }, cancellationToken: TestServer.Cancel);
        await server.ActivateAsync("a", version);
        await server.InspectAsync(Enumerable.Range(1, 12).Select(number => TestServer.Request("a", (ulong)number, 100)));
        var reconstructions = server.Get<ModelPictures>();

        var first = reconstructions.GetAsync("a", 1);
        while (Volatile.Read(ref loads) == 0) await Task.Yield();
        var waiting = Enumerable.Range(2, ModelPictures.MostWaiting).Select(number => reconstructions.GetAsync("a", number)).ToArray();
        Assert.Same(first, reconstructions.GetAsync("a", 1));
        Assert.Equal(ModelPictureState.Busy, (await reconstructions.GetAsync("a", 2 + ModelPictures.MostWaiting)).State);

        gate.Release();
        Assert.All(await Task.WhenAll([first, .. waiting]), made => Assert.Equal(ModelPictureState.Made, made.State));
        Assert.Equal((1, 1), (loads, alive));
        Assert.Equal(ModelPictureState.Made, (await reconstructions.GetAsync("a", 2 + ModelPictures.MostWaiting)).State);
    }

    [Fact]
    public async Task Reconstruction_ModelThatFails_IsAWordAndTheLineGoesOn()
    {
        await using var server = await TestServer.StartAsync(services => services.AddSingleton(provider =>
        {
            var models = provider.GetRequiredService<ModelStore>();
            return new DetectorLoader(version => FakeModels.Load(models, version)) { LoadPlain = _ => throw new ModelFileException("no such method") };
        }));
        var version = await server.UploadAsync("one");
        await server.Stations.CreateStationAsync(new() { Name = "a" }, cancellationToken: TestServer.Cancel);
        await server.ActivateAsync("a", version);
        await server.InspectAsync([TestServer.Request("a", 1, 100)]);

        Assert.Contains("no such method", await RefusedAsync(server, "a", 1), StringComparison.Ordinal);
        Assert.Equal(Contracts.V1.Verdict.Ok, Assert.Single(await server.InspectAsync([TestServer.Request("a", 2, 100)])).Inspection.Verdict);
    }

    private static async Task<string> RefusedAsync(TestServer server, string station, int sequence)
    {
        using var answer = await server.Http.GetAsync($"/stations/{station}/inspections/{sequence}/reconstruction", TestServer.Cancel);
        Assert.Equal((HttpStatusCode.NotFound, true), (answer.StatusCode, answer.Headers.CacheControl?.NoStore));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(TestServer.Cancel)).GetProperty("detail").GetString()!;
    }

    private sealed class Counted : IDetector
    {
        private readonly IDetector _inner;
        private readonly Action<int> _count;

        public Counted(IDetector inner, Action<int> count)
        {
            (_inner, _count) = (inner, count);
            count(1);
        }

        public string Version => _inner.Version;

        public InputSpec Input => _inner.Input;

        public IReadOnlyList<DetectionResult> Detect(IReadOnlyList<PreparedFrame> frames) => _inner.Detect(frames);

        public PreparedFrame? Reconstruct(PreparedFrame frame) => _inner.Reconstruct(frame);

        public void Dispose()
        {
            _count(-1);
            _inner.Dispose();
        }
    }
}
