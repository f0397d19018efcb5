using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Options;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>Certificates of machines in the place of keys, and certificates of the server that change while it runs; over real TLS.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private readonly TestAuthority _authority = new(), _stranger = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task Call_WithACertificateOfABoundSubject_IsThatKeyWithItsBounds()
    {
        await using var server = await StartAsync("All");
        await AddAsync(server, "camera-1", Wire.Role.Camera, subject: "CN=camera-1", station: "a");
        await AddAsync(server, "reports", Wire.Role.Viewer, subject: "CN=reports");
        using var camera = Channel(server, _authority.Issue("CN=camera-1"));

        var who = await IdentityAsync(camera);
        Assert.Equal(("camera-1", Wire.Role.Camera, "key"), (who.Name, who.Role, who.Kind));
        using var call = new Wire.InspectionService.InspectionServiceClient(camera).Inspect(cancellationToken: TestServer.Cancel);
        await call.RequestStream.WriteAsync(TestServer.Request("b", 1, 10), TestServer.Cancel);
        Assert.True(await call.ResponseStream.MoveNext(TestServer.Cancel));
        Assert.Equal("role-missing", call.ResponseStream.Current.Error.Code);
        await call.RequestStream.WriteAsync(TestServer.Request("a", 2, 10), TestServer.Cancel);
        Assert.True(await call.ResponseStream.MoveNext(TestServer.Cancel));

        using var script = new HttpClient(Handler(_authority.Issue("CN=reports"))) { BaseAddress = server.Http.BaseAddress };
        Assert.Equal(HttpStatusCode.OK, (await script.GetAsync("/v1/stations", TestServer.Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await script.GetAsync("/v1/users", TestServer.Cancel)).StatusCode);

        Revoke(server, "camera-1");
        await call.RequestStream.WriteAsync(TestServer.Request("a", 3, 10), TestServer.Cancel);
        var ended = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestServer.Cancel));
        Assert.Equal(StatusCode.Unauthenticated, ended.StatusCode);
        Assert.Contains("is of a subject that no key is bound to", await RefusalAsync(camera), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_WithACertificateThatProvesNothing_IsRefusedWithTheReason()
    {
        await using var server = await StartAsync("Grpc");
        await AddAsync(server, "camera-1", Wire.Role.Camera, subject: "CN=camera-1");
        var old = _authority.Issue("CN=camera-1", fromDays: -10, untilDays: -1);
        var pinnedAndOld = _stranger.Issue("CN=old", fromDays: -10, untilDays: -1);
        await AddAsync(server, "old", Wire.Role.Viewer, certificate: pinnedAndOld.Certificate);
        foreach (var (shown, reason) in new[]
        {
            (old, "expired at"),
            (_authority.Issue("CN=camera-1", fromDays: 1, untilDays: 2), "is not valid before"),
            (_authority.Issue("CN=camera-1", TestAuthority.ForServers), "is not for clients"),
            (_stranger.Issue("CN=camera-1"), "from no authority that is trusted"),
            (_authority.Issue("CN=camera-2"), "no key is bound to"),
            (_authority.Issue("CN=camera-1, O=Elsewhere"), "no key is bound to"),
            (pinnedAndOld, "expired at"),
        })
        {
            using var channel = Channel(server, shown);
            Assert.Contains(reason, await RefusalAsync(channel), StringComparison.Ordinal);
        }

        using var nobody = Channel(server, null);
        Assert.Contains("Nobody is signed in", await RefusalAsync(nobody), StringComparison.Ordinal);
        using var mixed = Channel(server, old);
        var key = CallsTests.As(CallsTests.Key(server, "Viewer"));
        Assert.Equal("Viewer", (await new Wire.AccessService.AccessServiceClient(mixed).GetIdentityAsync(new(), key, cancellationToken: TestServer.Cancel)).Name);
    }

    [Fact]
    public async Task Call_WithOneBoundCertificate_NeedsNoAuthorityAndIsNoOther()
    {
        await using var server = await StartAsync("Grpc");
        var own = _stranger.Issue("CN=camera-9", use: null);
        await AddAsync(server, "camera-9", Wire.Role.Camera, certificate: own.Certificate);

        using var camera = Channel(server, own);
        Assert.Equal("camera-9", (await IdentityAsync(camera)).Name);
        using var other = Channel(server, _stranger.Issue("CN=camera-9"));
        Assert.Contains("bound to no key", await RefusalAsync(other), StringComparison.Ordinal);

        var keys = (await AsLocal(server).ListKeysAsync(new(), cancellationToken: TestServer.Cancel)).Keys;
        Assert.Equal(64, keys.Single().Certificate.Length);
        Assert.Contains(":x509$", await File.ReadAllTextAsync(Path.Combine(server.Folder, "keys"), TestServer.Cancel), StringComparison.Ordinal);
        var again = await Assert.ThrowsAsync<RpcException>(() => AddAsync(server, "twice", Wire.Role.Viewer, certificate: own.Certificate));
        Assert.Contains("is \"camera-9\" already", again.Status.Detail, StringComparison.Ordinal);
        var both = await Assert.ThrowsAsync<RpcException>(() => AddAsync(server, "both", Wire.Role.Viewer, certificate: own.Certificate, subject: "CN=x"));
        Assert.Contains("not both", both.Status.Detail, StringComparison.Ordinal);
        var wrong = await Assert.ThrowsAsync<RpcException>(() => AddAsync(server, "wrong", Wire.Role.Viewer, subject: "no subject"));
        Assert.Contains("is no subject", wrong.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_WhoseCertificateExpires_EndsWithItsNextFrame()
    {
        await using var server = await StartAsync("Grpc");
        await AddAsync(server, "camera-1", Wire.Role.Camera, subject: "CN=camera-1");
        using var channel = Channel(server, _authority.Issue("CN=camera-1"));
        using var call = new Wire.InspectionService.InspectionServiceClient(channel).Inspect(cancellationToken: TestServer.Cancel);
        await call.RequestStream.WriteAsync(TestServer.Request("a", 1, 10), TestServer.Cancel);
        Assert.True(await call.ResponseStream.MoveNext(TestServer.Cancel));
        var access = server.Get<AccessControl>();
        var who = new Identity(IdentityKind.Key, "camera-1", Management.Access.AccessRole.Camera, access.Keys.Find("camera-1")!.Secret) { Until = _time.GetUtcNow().AddHours(1) };
        Assert.NotNull(access.Renew(who));

        _time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));

        Assert.Null(access.Renew(who));
        await call.RequestStream.WriteAsync(TestServer.Request("a", 2, 10), TestServer.Cancel);
        var ended = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestServer.Cancel));
        Assert.Contains("has expired", ended.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_WhoseFilesChange_ShowsTheNewCertificateWithoutARestartAndKeepsTheOldWhereItIsBroken()
    {
        var files = _authority.Issue("CN=line", TestAuthority.ForServers);
        await using var server = await StartAsync("Off", files);
        var first = await ShownByAsync(server);
        var next = _authority.Issue("CN=line renewed", TestAuthority.ForServers);

        // Half of it: the key does not belong to the certificate.
        File.Copy(next.Certificate, files.Certificate, overwrite: true);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(first, await ShownByAsync(server));
        Assert.Contains(server.Get<KeptLog>().Messages, message => message.Contains("cannot be used", StringComparison.Ordinal));
        File.Copy(next.Key, files.Key, overwrite: true);
        Assert.Equal(first, await ShownByAsync(server));
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(X509CertificateLoader.LoadCertificateFromFile(next.Certificate).Thumbprint, await ShownByAsync(server));
    }

    [Fact]
    public async Task Server_WhosePrivateKeyOthersCanRead_Warns()
    {
        var files = _authority.Issue("CN=line", TestAuthority.ForServers);
        File.SetUnixFileMode(files.Key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await using var server = await StartAsync("Off", files);
        Assert.Contains(server.Get<KeptLog>().Messages, message => message.Contains("set its mode to 0600", StringComparison.Ordinal));
    }

    [Fact]
    public void Validate_ClientsWithoutTlsOrWithoutAuthorities_IsNamed()
    {
        Assert.Contains("need TLS", Assert.Single(new TlsOptions { ClientCertificates = ClientCertificates.All }.Validate()), StringComparison.Ordinal);
        var (certificate, key) = _authority.Issue("CN=line");
        Assert.Contains("cannot be read", Assert.Single(new TlsOptions { Certificate = certificate, Key = key, ClientAuthorities = "/nowhere" }.Validate()), StringComparison.Ordinal);
        Assert.Contains("has no certificate", Assert.Single(new TlsOptions { Certificate = certificate, Key = key, ClientAuthorities = key }.Validate()), StringComparison.Ordinal);
    }

    private async Task<TestServer> StartAsync(string clients, (string Certificate, string Key)? files = null)
    {
        var (certificate, key) = files ?? _authority.Issue("CN=line", TestAuthority.ForServers);
        var server = await TestServer.StartAsync(
            services => services.AddSingleton<TimeProvider>(_time), $"--AnomalyLine:Tls:Certificate={certificate}", $"--AnomalyLine:Tls:Key={key}", $"--AnomalyLine:Tls:ClientCertificates={clients}", $"--AnomalyLine:Tls:ClientAuthorities={_authority.RootFile}");
        using var channel = GrpcChannel.ForAddress($"https://{server.Channel.Target}", new GrpcChannelOptions { HttpHandler = server.AsLocalProgram(Handler(null)), DisposeHttpClient = true });
        if (clients == "Off") return server;
        using var upload = new Wire.ModelService.ModelServiceClient(channel).UploadModel(cancellationToken: TestServer.Cancel);
        await upload.RequestStream.WriteAsync(new() { Chunk = Google.Protobuf.ByteString.CopyFromUtf8("one") }, TestServer.Cancel);
        await upload.RequestStream.CompleteAsync();
        var version = (await upload).Model.Version;
        foreach (var station in (string[])["a", "b"])
        {
            await new Wire.StationService.StationServiceClient(channel).CreateStationAsync(new() { Name = station }, cancellationToken: TestServer.Cancel);
            await new Wire.RecipeService.RecipeServiceClient(channel).ActivateRecipeAsync(new() { Station = station, ModelVersion = version, Deadline = new() { Seconds = 30 } }, cancellationToken: TestServer.Cancel);
        }

        return server;
    }

    private Wire.AccessService.AccessServiceClient AsLocal(TestServer server) =>
        new(GrpcChannel.ForAddress($"https://{server.Channel.Target}", new GrpcChannelOptions { HttpHandler = server.AsLocalProgram(Handler(null)), DisposeHttpClient = true }));

    private async Task AddAsync(TestServer server, string name, Wire.Role role, string subject = "", string? certificate = null, string? station = null)
    {
        var request = new Wire.AddKeyRequest { Name = name, Role = role, Subject = subject, Certificate = certificate is null ? "" : await File.ReadAllTextAsync(certificate, TestServer.Cancel) };
        if (station is not null) request.Stations.Add(station);
        Assert.Equal("", (await AsLocal(server).AddKeyAsync(request, cancellationToken: TestServer.Cancel)).Secret);
    }

    private static void Revoke(TestServer server, string name) => Assert.Null(server.Get<AccessControl>().Keys.Revoke(name).Error);

    private GrpcChannel Channel(TestServer server, (string Certificate, string Key)? shown) =>
        GrpcChannel.ForAddress($"https://{server.Channel.Target}", new GrpcChannelOptions { HttpHandler = Handler(shown), DisposeHttpClient = true });

    private SocketsHttpHandler Handler((string Certificate, string Key)? shown) => new()
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = _authority.Policy(),
            ClientCertificateContext = shown is { } files ? SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(files.Certificate, files.Key), null, offline: true) : null,
        },
    };

    private static async Task<Wire.GetIdentityResponse> IdentityAsync(GrpcChannel channel) => await new Wire.AccessService.AccessServiceClient(channel).GetIdentityAsync(new(), cancellationToken: TestServer.Cancel);

    private static async Task<string> RefusalAsync(GrpcChannel channel)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => IdentityAsync(channel));
        Assert.Equal((StatusCode.Unauthenticated, "not-signed-in"), (refused.StatusCode, refused.Trailers.GetValue("error-code")));
        return refused.Status.Detail;
    }

    private async Task<string> ShownByAsync(TestServer server)
    {
        var thumbprint = "";
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    thumbprint = (certificate as X509Certificate2)?.Thumbprint ?? "";
                    return thumbprint.Length > 0;
                },
            },
        });
        using var answer = await http.GetAsync(new Uri(server.Http.BaseAddress!, "/health/live"), TestServer.Cancel);
        return thumbprint;
    }
}
