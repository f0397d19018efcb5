using System.Net;
using AnomalyLine.Management;
using AnomalyLine.Management.Access;
using AnomalyLine.Management.Backup;
using AnomalyLine.Server.Access;
using Grpc.Core;
using Grpc.Net.Client;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>A program on the server's machine proves itself by the key in the data folder; nobody is anybody for where they come from.</summary>
public sealed class LocalTests
{
    [Theory]
    [InlineData("GET", "/v1/identity", "127.0.0.1:8080")]
    [InlineData("GET", "/v1/users", "localhost")]
    [InlineData("POST", "/v1/keys", "localhost:8080")]
    [InlineData("POST", "/v1/users", "[::1]")]
    [InlineData("GET", "/system/backup", "localhost")]
    public async Task Rest_OverLoopbackThroughAForwarderThatAddsNothing_IsNobody(string verb, string path, string host)
    {
        await using var server = await TestServer.StartAsync();
        await using var forwarder = new Forwarder(server.Http.BaseAddress!.Port);
        using var stranger = new HttpClient { BaseAddress = forwarder.Address };
        using var request = new HttpRequestMessage(new HttpMethod(verb), path) { Content = verb == "POST" ? new StringContent("{\"name\": \"evil\", \"role\": \"ROLE_ADMINISTRATOR\", \"password\": \"a password of evil\"}", null, "application/json") : null };
        request.Headers.Host = host;

        using var answer = await stranger.SendAsync(request, TestServer.Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.False(server.Get<AccessControl>().Users.Exists);
        Assert.Empty(server.Get<AccessControl>().Keys.All);
    }

    [Fact]
    public async Task Grpc_OverLoopback_IsNobodyWithoutTheKeyOfTheDataFolder()
    {
        await using var server = await TestServer.StartAsync();
        await using var forwarder = new Forwarder(server.GrpcPort);
        foreach (var address in (Uri[])[forwarder.Address, new($"http://{server.Channel.Target}")])
        {
            using var channel = GrpcChannel.ForAddress(address);
            var stations = new Wire.StationService.StationServiceClient(channel);
            var refused = await Assert.ThrowsAsync<RpcException>(() => stations.CreateStationAsync(new() { Name = "evil" }, cancellationToken: TestServer.Cancel).ResponseAsync);
            Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);

            var key = (await File.ReadAllTextAsync(Path.Combine(server.Folder, LocalKey.FileName), TestServer.Cancel)).Trim();
            var who = await new Wire.AccessService.AccessServiceClient(channel).GetIdentityAsync(new(), new Metadata { { "authorization", $"Bearer {key}" } }, cancellationToken: TestServer.Cancel);
            Assert.Equal(("local", Wire.Role.Administrator), (who.Kind, who.Role));
        }
    }

    [Fact]
    public async Task LocalKey_AfterTheStart_IsForTheServersAccountAloneAndInNoBackup()
    {
        await using var server = await TestServer.StartAsync();
        var path = Path.Combine(server.Folder, LocalKey.FileName);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        var backup = Path.Combine(server.Folder, "..", $"{Path.GetFileName(server.Folder)}.backup");
        try
        {
            var manifest = await BackupWriter.WriteAsync(server.Folder, new ManagementOptions(), backup, TimeProvider.System, TestServer.Cancel);
            Assert.DoesNotContain(manifest.Files, file => file.Name == LocalKey.FileName);
        }
        finally
        {
            File.Delete(backup);
        }
    }

    [Fact]
    public async Task GatewayKey_CallsThatTheGatewayDoesNotMake_AreRefused()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var key = new Metadata { { "authorization", $"Bearer {server.Get<AccessControl>().GatewayKey}" } };
        Assert.Equal("a", (await server.Stations.ResetCountersAsync(new() { Name = "a" }, key, cancellationToken: TestServer.Cancel)).Station.Name);

        var refused = await Assert.ThrowsAsync<RpcException>(() => server.Stations.CreateStationAsync(new() { Name = "b" }, key, cancellationToken: TestServer.Cancel).ResponseAsync);
        Assert.Equal("role-missing", refused.Trailers.GetValue("error-code"));
        refused = await Assert.ThrowsAsync<RpcException>(() => server.Audit.ListAuditEntriesAsync(new(), key, cancellationToken: TestServer.Cancel).ResponseAsync);
        Assert.Equal("role-missing", refused.Trailers.GetValue("error-code"));
    }

    [Fact]
    public async Task Session_RequestByAPageOfAnotherSite_IsNobody()
    {
        await using var server = await TestServer.StartAsync();
        server.Get<AccessControl>().Users.Add("anna", AccessRole.Administrator, "a password of anna");
        using var browser = new Browser(server);
        await browser.SignInAsync("anna", "a password of anna");
        foreach (var (origin, expected) in new[] { (server.Http.BaseAddress!.GetLeftPart(UriPartial.Authority), HttpStatusCode.OK), ("https://evil.example", HttpStatusCode.Unauthorized) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/stations") { Content = new StringContent("{\"name\":\"x\"}", null, "application/json") };
            request.Headers.Add("Origin", origin);
            using var answer = await browser.SendAsync(request);
            Assert.Equal(expected, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/app.css")]
    [InlineData("/sign-in")]
    public async Task Http_WhatIsOpenToAll_NeedsNoSignIn(string path)
    {
        await using var server = await TestServer.StartAsync();
        using var answer = await server.Strangers.GetAsync(path, TestServer.Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Http_Metrics_NeedAKeyUnlessTheyAreOpened()
    {
        await using (var server = await TestServer.StartAsync())
        {
            using var refused = await server.Strangers.GetAsync("/metrics", TestServer.Cancel);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            Assert.DoesNotContain("anomalyline_", await refused.Content.ReadAsStringAsync(TestServer.Cancel), StringComparison.Ordinal);
            Assert.Contains("anomalyline_", await server.Http.GetStringAsync("/metrics", TestServer.Cancel), StringComparison.Ordinal);
        }

        await using var open = await TestServer.StartAsync("--AnomalyLine:Access:OpenMetrics=true");
        Assert.Contains("anomalyline_", await open.Strangers.GetStringAsync("/metrics", TestServer.Cancel), StringComparison.Ordinal);
    }
}
