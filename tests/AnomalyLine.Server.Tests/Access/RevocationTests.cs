using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AnomalyLine.Management.Access;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Options;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>Certificates of machines that their authority has revoked; over real TLS.</summary>
public sealed class RevocationTests : IDisposable
{
    private readonly TestAuthority _authority = new(), _stranger = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task Revoked_WhileItsStreamIsOpen_EndsItAndIsRefusedWithoutARestart()
    {
        var (camera, other) = (_authority.Issue("CN=camera-1"), _authority.Issue("CN=camera-2"));
        await using var server = await StartAsync(_authority.Revoke([]));
        Add(server, "camera-1", "camera-2");
        using var channel = Channel(server, camera);
        using var stays = Channel(server, other);
        using var stream = new Wire.InspectionService.InspectionServiceClient(channel).Inspect(cancellationToken: TestServer.Cancel);
        await stream.RequestStream.WriteAsync(TestServer.Request("a", 1, 10), TestServer.Cancel);
        Assert.True(await stream.ResponseStream.MoveNext(TestServer.Cancel));
        Assert.Equal("camera-1", (await IdentityAsync(channel)).Name);

        _authority.Revoke([camera.Certificate]);
        _time.Advance(TimeSpan.FromSeconds(2));

        await stream.RequestStream.WriteAsync(TestServer.Request("a", 2, 10), TestServer.Cancel);
        var ended = await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext(TestServer.Cancel));
        Assert.Contains("The certificate of the key \"camera-1\" is on the list of revocation", ended.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("is on the list of revocation of its authority", await RefusalAsync(channel), StringComparison.Ordinal);
        using var again = Channel(server, camera);
        Assert.Contains("is on the list of revocation of its authority", await RefusalAsync(again), StringComparison.Ordinal);
        Assert.Equal("camera-2", (await IdentityAsync(stays)).Name);

        var seen = server.Get<AccessControl>().Certificates.All;
        Assert.Equal([("CN=camera-1", false), ("CN=camera-1", true), ("CN=camera-2", true)], seen.Select(one => (one.Subject, one.Fault.Length == 0)).Order());
        using var browser = new PageReader(server);
        var page = await browser.ReadAsync("/users");
        Assert.Contains("CN=camera-2", page, StringComparison.Ordinal);
        Assert.Contains("on the list of revocation of its authority", page, StringComparison.Ordinal);
        Assert.Contains("Revocation list of CN=authority of the plant: 1 certificates, issued", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_ThatTheAuthorityDidNotSign_LetsNobodyIn()
    {
        var camera = _authority.Issue("CN=camera-1");
        await using var server = await StartAsync(_stranger.Revoke([]));
        Add(server, "camera-1");
        using var channel = Channel(server, camera);
        Assert.Contains("there is no list of revocation of \"CN=authority of the plant\"", await RefusalAsync(channel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_PastItsNextUpdateOrBroken_CountsOnAndTheLogSaysSo()
    {
        var (camera, other) = (_authority.Issue("CN=camera-1"), _authority.Issue("CN=camera-2"));
        var file = _authority.Revoke([camera.Certificate], dueInDays: -1);
        await using var server = await StartAsync(file);
        Add(server, "camera-1", "camera-2");
        using var revoked = Channel(server, camera);
        using var good = Channel(server, other);
        Assert.Equal("camera-2", (await IdentityAsync(good)).Name);
        Assert.Contains("is on the list", await RefusalAsync(revoked), StringComparison.Ordinal);
        Assert.Single(server.Get<KeptLog>().Messages, message => message.Contains("should have been replaced at", StringComparison.Ordinal));

        await File.WriteAllTextAsync(file, "half a li", TestServer.Cancel);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Contains("is on the list", await RefusalAsync(revoked), StringComparison.Ordinal);
        Assert.Equal("camera-2", (await IdentityAsync(good)).Name);
        Assert.Contains(server.Get<KeptLog>().Messages, message => message.Contains("ClientRevocations", StringComparison.Ordinal) && message.Contains("cannot be used", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Read_ListsOfOpenSslsKinds_KnowsTheirSerialsAndSigner(int authorities)
    {
        using var folder = new Testing.TemporaryFolder();
        var text = "";
        var made = new List<(X509Certificate2 Authority, X509Certificate2 Revoked, X509Certificate2 Good)>();
        for (var i = 0; i < authorities; i++)
        {
            using var rsa = RSA.Create(2048);
            using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP384);
            var name = new X500DistinguishedName($"CN=authority {i}");
            var request = i % 2 == 0 ? new CertificateRequest(name, rsa, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1) : new CertificateRequest(name, ecdsa, HashAlgorithmName.SHA384);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
            var authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            var (revoked, good) = (Issue(authority, [0x00, 0xFF, (byte)i]), Issue(authority, [0x7F, (byte)i]));
            var list = new CertificateRevocationListBuilder();
            list.AddEntry(revoked);
            text += PemEncoding.WriteString("X509 CRL", list.Build(authority, 1, DateTimeOffset.UtcNow.AddDays(1), HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1)) + "\n";
            made.Add((authority, revoked, good));
        }

        var lists = RevocationLists.Read(folder.File("lists.pem", System.Text.Encoding.ASCII.GetBytes(text)));

        Assert.Equal(authorities, lists.All.Count);
        foreach (var (authority, revoked, good) in made)
        {
            Assert.Equal("is on the list of revocation of its authority", lists.FaultOf([revoked, authority]));
            Assert.Equal("", lists.FaultOf([good, authority]));
        }

        // A list that somebody changed is nobody's: here its last byte, which is of the signature.
        var der = Convert.FromBase64String(text[PemEncoding.Find(text).Base64Data]);
        der[^1] ^= 1;
        Assert.Contains("there is no list", RevocationLists.Read(folder.File("one.crl", der)).FaultOf([made[0].Good, made[0].Authority]), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AnythingElse_IsRefusedInWords()
    {
        using var folder = new Testing.TemporaryFolder();
        foreach (var bytes in new byte[][] { [], "hello"u8.ToArray(), [0x30, 0x80], [0x30, 0x03, 0x02, 0x01, 0x01], System.Text.Encoding.ASCII.GetBytes(File.ReadAllText(_authority.RootFile)) })
            Assert.Throws<CryptographicException>(() => RevocationLists.Read(folder.File("list", bytes)));
        var (certificate, key) = _authority.Issue("CN=line");
        Assert.Contains("set these, too", Assert.Single(new TlsOptions { Certificate = certificate, Key = key, ClientRevocations = "x" }.Validate()), StringComparison.Ordinal);
        Assert.Contains("cannot be used", Assert.Single(new TlsOptions { Certificate = certificate, Key = key, ClientAuthorities = _authority.RootFile, ClientRevocations = certificate }.Validate()), StringComparison.Ordinal);
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, byte[] serial)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=machine", key, HashAlgorithmName.SHA256);
        X509SignatureGenerator signer = authority.GetRSAPrivateKey() is { } rsa ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1) : X509SignatureGenerator.CreateForECDsa(authority.GetECDsaPrivateKey()!);
        return request.Create(authority.SubjectName, signer, new DateTimeOffset(authority.NotBefore), new DateTimeOffset(authority.NotAfter), serial);
    }

    private Task<TestServer> StartAsync(string revocations)
    {
        var (certificate, key) = _authority.Issue("CN=line", TestAuthority.ForServers);
        return TestServer.StartAsync(
            services => services.AddSingleton<TimeProvider>(_time), $"--AnomalyLine:Tls:Certificate={certificate}", $"--AnomalyLine:Tls:Key={key}", "--AnomalyLine:Tls:ClientCertificates=Grpc",
            $"--AnomalyLine:Tls:ClientAuthorities={_authority.RootFile}", $"--AnomalyLine:Tls:ClientRevocations={revocations}");
    }

    private static void Add(TestServer server, params string[] names)
    {
        foreach (var name in names) Assert.Null(server.Get<AccessControl>().Keys.Add(name, AccessRole.Operator, null, new CertificateProof("", $"CN={name}")).Error);
    }

    private GrpcChannel Channel(TestServer server, (string Certificate, string Key) shown) => GrpcChannel.ForAddress($"https://{server.Channel.Target}", new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = _authority.Policy(),
                ClientCertificateContext = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(shown.Certificate, shown.Key), null, offline: true),
            },
        },
        DisposeHttpClient = true,
    });

    private static async Task<Wire.GetIdentityResponse> IdentityAsync(GrpcChannel channel) => await new Wire.AccessService.AccessServiceClient(channel).GetIdentityAsync(new(), cancellationToken: TestServer.Cancel);

    private static async Task<string> RefusalAsync(GrpcChannel channel)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => IdentityAsync(channel));
        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        return refused.Status.Detail;
    }

    /// <summary>Pages as an administrator's browser gets them, without their script.</summary>
    private sealed class PageReader(TestServer server) : IDisposable
    {
        private readonly HttpClient _http = new(server.AsLocalProgram(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
        }))
        { BaseAddress = server.Http.BaseAddress };

        public async Task<string> ReadAsync(string path) => System.Net.WebUtility.HtmlDecode(await _http.GetStringAsync(path, TestServer.Cancel));

        public void Dispose() => _http.Dispose();
    }
}
