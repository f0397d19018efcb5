using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>Debian's nginx on a free port of this machine, before one server, by a site of its configuration.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    private const string Program = "/usr/sbin/nginx";
    private readonly string _folder = Directory.CreateTempSubdirectory("anomalyline-nginx-").FullName;
    private readonly Process _process;
    private readonly X509Certificate2 _certificate;

    private Nginx(Func<Nginx, string> site)
    {
        Port = TestPort.Next();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Certificate, _certificate.ExportCertificatePem());
        File.WriteAllText(Key, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(_folder, "nginx.conf"), $$"""
            daemon off;
            pid {{_folder}}/pid;
            error_log {{_folder}}/error.log;
            {{(Environment.IsPrivilegedProcess ? $"user {Environment.UserName};" : "")}}
            events { }
            http {
                access_log off;
                client_body_temp_path {{_folder}}/body;
                proxy_temp_path {{_folder}}/proxy;
                fastcgi_temp_path {{_folder}}/fastcgi;
                uwsgi_temp_path {{_folder}}/uwsgi;
                scgi_temp_path {{_folder}}/scgi;
                {{site(this)}}
            }
            """);
        _process = Process.Start(new ProcessStartInfo(Program, ["-c", Path.Combine(_folder, "nginx.conf"), "-e", Path.Combine(_folder, "error.log")]) { RedirectStandardError = true, UseShellExecute = false })!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
    }

    public int Port { get; }

    private string Certificate => Path.Combine(_folder, "line.pem");

    private string Key => Path.Combine(_folder, "line.key");

    /// <summary>The site of deploy/nginx.conf, with this machine's ports and files in the place of the plant's.</summary>
    public static Task<Nginx> StartRecipeAsync(TestServer server) => StartAsync(nginx =>
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "deploy", "nginx.conf"));
        foreach (var (recipe, here) in new[]
        {
            ("listen 443 ", string.Create(CultureInfo.InvariantCulture, $"listen 127.0.0.1:{nginx.Port} ")), ("server_name line.example;", "server_name localhost;"),
            ("/etc/ssl/certs/line.example.pem", nginx.Certificate), ("/etc/ssl/private/line.example.key", nginx.Key),
            ("server 127.0.0.1:8080;", $"server {server.Http.BaseAddress!.Authority};"), ("server 127.0.0.1:8081;", string.Create(CultureInfo.InvariantCulture, $"server 127.0.0.1:{server.GrpcPort};")),
        })
        {
            Assert.Equal(2, text.Split(recipe).Length);
            text = text.Replace(recipe, here, StringComparison.Ordinal);
        }

        return text;
    });

    /// <summary>The shortest site that there is, which says nothing of who calls.</summary>
    public static Task<Nginx> StartPlainAsync(TestServer server) =>
        StartAsync(nginx => string.Create(CultureInfo.InvariantCulture, $"server {{ listen 127.0.0.1:{nginx.Port}; location / {{ proxy_pass http://{server.Http.BaseAddress!.Authority}; }} }}"));

    /// <summary>Trusts the certificate of this nginx alone.</summary>
    public SocketsHttpHandler Handler() => new() { AllowAutoRedirect = false, UseCookies = false, SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Policy() } };

    public X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(_certificate);
        return policy;
    }

    public async ValueTask DisposeAsync()
    {
        // With its workers, which end when they lose it.
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(TestServer.Cancel);
        _process.Dispose();
        _certificate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A running one; skips the test where the machine has no nginx (deploy/install-native.sh --test installs it).</summary>
    private static async Task<Nginx> StartAsync(Func<Nginx, string> site)
    {
        Assert.SkipUnless(File.Exists(Program), "nginx is not installed; run deploy/install-native.sh --test");
        var nginx = new Nginx(site);
        while (true)
        {
            Assert.False(nginx._process.HasExited, await nginx.ErrorsAsync());
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, nginx.Port, TestServer.Cancel);
                return nginx;
            }
            catch (SocketException)
            {
                await Task.Yield();
            }
        }
    }

    private async Task<string> ErrorsAsync() => Path.Combine(_folder, "error.log") is var file && File.Exists(file) ? await File.ReadAllTextAsync(file, TestServer.Cancel) : "";
}
