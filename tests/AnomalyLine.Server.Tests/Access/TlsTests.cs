using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using AnomalyLine.Server.Options;
using Grpc.Net.Client;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests.Access;

[Trait("Speed", "Slow")]
public sealed class TlsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("anomalyline-tls-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task BothPorts_WithACertificate_SpeakTls()
    {
        var (certificate, key) = Write();
        await using var server = await TestServer.StartAsync($"--AnomalyLine:Tls:Certificate={certificate}", $"--AnomalyLine:Tls:Key={key}");
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(certificate));
        using var http = new HttpClient(server.AsLocalProgram(Handler())) { BaseAddress = server.Http.BaseAddress };
        using var channel = GrpcChannel.ForAddress($"https://{server.Channel.Target}", new GrpcChannelOptions { HttpHandler = server.AsLocalProgram(Handler()), DisposeHttpClient = true });

        Assert.Equal("https", http.BaseAddress!.Scheme);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/v1/stations", TestServer.Cancel)).StatusCode);
        Assert.Equal("local", (await new Wire.AccessService.AccessServiceClient(channel).GetIdentityAsync(new(), cancellationToken: TestServer.Cancel)).Kind);
        await Assert.ThrowsAsync<HttpRequestException>(() => server.Http.GetAsync("/v1/stations", TestServer.Cancel));

        SocketsHttpHandler Handler() => new() { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy.Clone() } };
    }

    [Fact]
    public void Validate_BeyondThisMachineOrHalfACertificate_SaysWhatToDo()
    {
        var (certificate, key) = Write();
        var open = new AnomalyLineOptions { BindAddress = "0.0.0.0" };
        Assert.Contains("Tls:Certificate", Assert.Single(open.Validate()), StringComparison.Ordinal);
        Assert.Empty((open with { Access = new AccessOptions { AllowPlainText = true } }).Validate());
        Assert.Empty((open with { Tls = new TlsOptions { Certificate = certificate, Key = key } }).Validate());
        Assert.Empty((open with { BindAddress = "::1" }).Validate());
        Assert.Contains("go together", Assert.Single(new TlsOptions { Certificate = certificate }.Validate()), StringComparison.Ordinal);
        Assert.Contains("cannot be used", Assert.Single(new TlsOptions { Certificate = key, Key = key }.Validate()), StringComparison.Ordinal);
    }

    private (string Certificate, string Key) Write() => TestCertificate.Write(_folder.FullName);
}
