using System.Net;
using System.Net.WebSockets;
using System.Text;
using AnomalyLine.Management.Access;
using AnomalyLine.Server.Access;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>The server behind Debian's nginx: by the recipe of deploy/nginx.conf, and by a site that says nothing of who calls.</summary>
[Trait("Speed", "Slow")]
public sealed class NginxTests
{
    private const string Password = "a password of anna", Believed = "--AnomalyLine:Access:Proxies=127.0.0.1";

    [Theory]
    [InlineData("GET", "/v1/identity")]
    [InlineData("GET", "/v1/users")]
    [InlineData("POST", "/v1/keys")]
    [InlineData("POST", "/v1/users")]
    [InlineData("GET", "/system/backup")]
    public async Task Plain_CallerWhoSaysThatItIsThisMachine_IsNobody(string verb, string path)
    {
        foreach (var settings in (string[][])[[], [Believed]])
        {
            await using var server = await TestServer.StartAsync(settings);
            await using var nginx = await Nginx.StartPlainAsync(server);
            using var stranger = new HttpClient(nginx.Handler()) { BaseAddress = new Uri($"http://127.0.0.1:{nginx.Port}") };
            foreach (var (name, value) in new[] { ("Host", "plant.example"), ("Host", "localhost"), ("X-Forwarded-For", "127.0.0.1"), ("X-Real-IP", "127.0.0.1"), ("Forwarded", "for=127.0.0.1"), ("X-Client-IP", "127.0.0.1") })
            {
                using var request = new HttpRequestMessage(new HttpMethod(verb), path) { Content = verb == "POST" ? new StringContent("{\"name\": \"evil\", \"role\": \"ROLE_ADMINISTRATOR\", \"password\": \"a password of evil\"}", null, "application/json") : null };
                request.Headers.TryAddWithoutValidation(name, value);
                using var answer = await stranger.SendAsync(request, TestServer.Cancel);
                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            }

            Assert.False(server.Get<AccessControl>().Users.Exists);
            Assert.Empty(server.Get<AccessControl>().Keys.All);
        }
    }

    [Fact]
    public async Task Plain_FirstStart_AsksForTheCode()
    {
        await using var server = await TestServer.StartAsync();
        await using var nginx = await Nginx.StartPlainAsync(server);
        using var browser = new Browser(new Uri($"http://127.0.0.1:{nginx.Port}"), nginx.Handler());

        await browser.SendAsync("/setup", ("name", "evil"), ("password", Password), ("again", Password), ("code", ""));
        Assert.False(server.Get<AccessControl>().Users.Exists);
        await browser.SendAsync("/setup", ("name", "anna"), ("password", Password), ("again", Password), ("code", server.Get<Setup>().Code));
        Assert.Equal("anna", Assert.Single(server.Get<AccessControl>().Users.All).Name);
    }

    [Fact]
    public async Task Recipe_SignIn_HasASecureCookieAndTheCallersOwnAddressWhateverItSays()
    {
        await using var server = await TestServer.StartAsync(Believed);
        server.Get<AccessControl>().Users.Add("anna", AccessRole.Administrator, Password);
        await using var nginx = await Nginx.StartRecipeAsync(server);
        using var browser = new Browser(new Uri($"https://localhost:{nginx.Port}"), nginx.Handler(), ("X-Forwarded-For", "10.9.9.9"), ("Forwarded", "for=10.9.9.9;host=evil.example"), ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "http"));

        var (headers, location) = await browser.SignInAndKeepHeadersAsync("anna", Password);

        Assert.Equal("/", location);
        var cookie = Assert.Single(headers.GetValues("Set-Cookie"), value => value.StartsWith("anomalyline-", StringComparison.Ordinal));
        Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("max-age", Assert.Single(headers.GetValues("Strict-Transport-Security")), StringComparison.Ordinal);
        var entry = Assert.Single((await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: TestServer.Cancel)).Entries);
        Assert.Equal("console 127.0.0.1", entry.Origin);
        await ShakeHandsAsync(nginx, cookie.Split(';')[0]);
    }

    [Fact]
    public async Task Recipe_Grpc_CarriesACamerasStreamAWatchHealthAndRefusals()
    {
        await using var server = await TestServer.StartReadyAsync(["a"], Believed);
        await using var nginx = await Nginx.StartRecipeAsync(server);
        using var channel = GrpcChannel.ForAddress($"https://localhost:{nginx.Port}", new GrpcChannelOptions { HttpHandler = nginx.Handler(), DisposeHttpClient = true });
        using var watch = new Wire.InspectionService.InspectionServiceClient(channel).WatchInspections(new(), CallsTests.As(CallsTests.Key(server, "Viewer")), cancellationToken: TestServer.Cancel);
        // Its first status says that it watches: what is judged before that, it does not see.
        Assert.True(await watch.ResponseStream.MoveNext(TestServer.Cancel));
        using var camera = new Wire.InspectionService.InspectionServiceClient(channel).Inspect(CallsTests.As(CallsTests.Key(server, "Camera")), cancellationToken: TestServer.Cancel);

        for (ulong id = 1; id <= 20; id++)
        {
            await camera.RequestStream.WriteAsync(TestServer.Request("a", id, 10), TestServer.Cancel);
            Assert.True(await camera.ResponseStream.MoveNext(TestServer.Cancel));
            Assert.Equal((id, Wire.Verdict.Ok), (camera.ResponseStream.Current.RequestId, camera.ResponseStream.Current.Inspection.Verdict));
        }

        var seen = 0;
        while (seen < 20 && await watch.ResponseStream.MoveNext(TestServer.Cancel)) seen += watch.ResponseStream.Current.Inspection is null ? 0 : 1;
        await camera.RequestStream.CompleteAsync();
        Assert.False(await camera.ResponseStream.MoveNext(TestServer.Cancel));
        var health = await new Health.HealthClient(channel).CheckAsync(new(), cancellationToken: TestServer.Cancel);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
        var refused = await Assert.ThrowsAsync<RpcException>(() => new Wire.AccessService.AccessServiceClient(channel).ListKeysAsync(new(), cancellationToken: TestServer.Cancel).ResponseAsync);
        Assert.Equal((StatusCode.Unauthenticated, "not-signed-in"), (refused.StatusCode, refused.Trailers.GetValue("error-code")));
    }

    /// <summary>The console's socket, as far as its first answer.</summary>
    private static async Task ShakeHandsAsync(Nginx nginx, string cookie)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Cookie", cookie);
        socket.Options.SetRequestHeader("Origin", $"https://localhost:{nginx.Port}");
        using var http = new HttpMessageInvoker(nginx.Handler());
        await socket.ConnectAsync(new Uri($"wss://localhost:{nginx.Port}/_blazor"), http, TestServer.Cancel);
        await socket.SendAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"blazorpack\",\"version\":1}\u001e"), WebSocketMessageType.Text, endOfMessage: true, TestServer.Cancel);
        var buffer = new byte[256];
        var answer = await socket.ReceiveAsync(buffer, TestServer.Cancel);
        Assert.Equal("{}\u001e", Encoding.UTF8.GetString(buffer, 0, answer.Count));
    }
}
