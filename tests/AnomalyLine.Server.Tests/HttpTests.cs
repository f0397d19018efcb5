using System.Net;
using Grpc.Core;
using Grpc.Health.V1;

namespace AnomalyLine.Server.Tests;

public sealed class HttpTests
{
    [Fact]
    public async Task Health_WithoutStations_LiveAndReady()
    {
        await using var server = await TestServer.StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/health/live", TestServer.Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/health/ready", TestServer.Cancel)).StatusCode);
    }

    [Fact]
    public async Task Health_StationByStation_EachSaysWhetherItIsReady()
    {
        await using var server = await TestServer.StartAsync();
        await server.Stations.CreateStationAsync(new() { Name = "bare" }, cancellationToken: TestServer.Cancel);
        await server.Stations.CreateStationAsync(new() { Name = "good" }, cancellationToken: TestServer.Cancel);
        await server.ActivateAsync("good", await server.UploadAsync("one"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/health/ready"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync("/health/ready/bare"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/health/ready/good"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("/health/ready/other"));
        var health = new Health.HealthClient(server.Channel);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await ServingAsync(""));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, await ServingAsync("stations/bare"));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await ServingAsync("stations/good"));
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => ServingAsync("stations/other"))).StatusCode);

        async Task<HealthCheckResponse.Types.ServingStatus> ServingAsync(string service) =>
            (await health.CheckAsync(new() { Service = service }, cancellationToken: TestServer.Cancel)).Status;

        async Task<HttpStatusCode> StatusAsync(string path)
        {
            using var answer = await server.Http.GetAsync(path, TestServer.Cancel);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Health_AStationWithoutARecipe_ReadyButDegraded()
    {
        await using var server = await TestServer.StartReadyAsync(["press-1"]);
        await server.Stations.CreateStationAsync(new() { Name = "perss-1" }, cancellationToken: TestServer.Cancel);

        using var ready = await server.Http.GetAsync("/health/ready", TestServer.Cancel);

        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Contains("Degraded: perss-1: The station has no active recipe", await ready.Content.ReadAsStringAsync(TestServer.Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_AnObserverOfTheLineIsTakenOff_ReadyButDegraded()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        server.Get<Hosting.LineHost>().Line.Evidence.Observe("The clumsy guest", _ => throw new InvalidOperationException("oh no"));
        var answers = await server.InspectAsync(Enumerable.Range(1, 12).Select(id => TestServer.Request("a", (ulong)id, 10)));

        using var ready = await server.Http.GetAsync("/health/ready", TestServer.Cancel);

        Assert.All(answers, answer => Assert.Equal(Contracts.V1.Verdict.Ok, answer.Inspection.Verdict));
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Contains("Degraded: The clumsy guest failed on 10 frames in a row (oh no)", await ready.Content.ReadAsStringAsync(TestServer.Cancel), StringComparison.Ordinal);
        Assert.Matches("""anomalyline_observer_failures_total\{[^}]*observer="The clumsy guest"\} 10""", await server.Http.GetStringAsync("/metrics", TestServer.Cancel));
    }

    [Fact]
    public async Task Health_LineBecomesReady_ServingOverGrpcAndHttp()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        using var watch = new Health.HealthClient(server.Channel).Watch(new(), cancellationToken: TestServer.Cancel);

        while (await watch.ResponseStream.MoveNext(TestServer.Cancel))
            if (watch.ResponseStream.Current.Status == HealthCheckResponse.Types.ServingStatus.Serving) break;

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, watch.ResponseStream.Current.Status);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/health/ready", TestServer.Cancel)).StatusCode);
    }

    [Fact]
    public async Task Health_AStationIsWatched_EachChangeIsToldAndTheServersStopToo()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        using var watch = new Health.HealthClient(server.Channel).Watch(new() { Service = "stations/a" }, cancellationToken: TestServer.Cancel);

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await NextAsync());
        await server.Stations.StopStationAsync(new() { Name = "a" }, cancellationToken: TestServer.Cancel);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, await NextAsync());
        await server.Stations.StartStationAsync(new() { Name = "a" }, cancellationToken: TestServer.Cancel);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await NextAsync());
        await server.StopAsync();
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, await NextAsync());
        Assert.False(await watch.ResponseStream.MoveNext(TestServer.Cancel));

        async Task<HealthCheckResponse.Types.ServingStatus> NextAsync()
        {
            Assert.True(await watch.ResponseStream.MoveNext(TestServer.Cancel));
            return watch.ResponseStream.Current.Status;
        }
    }

    [Fact]
    public async Task Metrics_AfterInspections_CountByStationAndVerdict()
    {
        // A station of its own: a server counts what all lines of its process do, and other tests have theirs here.
        await using var server = await TestServer.StartReadyAsync(["counted"]);
        await server.InspectAsync([TestServer.Request("counted", 1, 10), TestServer.Request("counted", 2, 250)]);

        var metrics = await server.Http.GetStringAsync("/metrics", TestServer.Cancel);

        Assert.Matches("""anomalyline_inspections_total\{[^}]*station="counted",verdict="NotOk"\} 1""", metrics);
        Assert.Matches("""anomalyline_station_ready\{[^}]*station="counted"\} 1""", metrics);
        Assert.Matches("""anomalyline_answer_duration_seconds_bucket\{[^}]*station="counted",le="0.0005"\}""", metrics);
        Assert.Contains("service_name=\"anomalyline\"", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("_milliseconds", metrics, StringComparison.Ordinal);
        Assert.Contains("process_runtime_dotnet", metrics.Replace("dotnet_", "process_runtime_dotnet_", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Picture_RecentInspection_CacheableAndPathSafe()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await server.InspectAsync([TestServer.Request("a", 1, 250)]);

        using var overlay = await server.Http.GetAsync("/stations/a/inspections/1/overlay", TestServer.Cancel);
        using var missing = await server.Http.GetAsync("/stations/a/inspections/2/overlay", TestServer.Cancel);
        using var unknown = await server.Http.GetAsync("/stations/a/inspections/1/secret", TestServer.Cancel);

        Assert.Equal(("image/jpeg", true), (overlay.Content.Headers.ContentType?.MediaType, overlay.Headers.CacheControl?.Private));
        Assert.Equal((HttpStatusCode.NotFound, true), (missing.StatusCode, missing.Headers.CacheControl?.NoStore));
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Page_WithInspections_VerdictInWordsAndSymbol()
    {
        await using var server = await TestServer.StartReadyAsync(["press-7"]);
        await server.InspectAsync([TestServer.Request("press-7", 1, 250)]);
        var page = "";
        while (!page.Contains("#1", StringComparison.Ordinal)) page = await server.Http.GetStringAsync("/", TestServer.Cancel);

        Assert.Contains("press-7", page, StringComparison.Ordinal);
        Assert.Contains("Not OK", page, StringComparison.Ordinal);
        Assert.Contains("✕", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        Assert.Contains("1 of 1 stations ready", page, StringComparison.Ordinal);
    }
}
