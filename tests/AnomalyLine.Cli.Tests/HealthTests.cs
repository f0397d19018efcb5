using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Cli.Tests;

public sealed class HealthTests
{
    private const string PortVariable = "AnomalyLine__HttpPort";

    [Theory]
    [InlineData(false, "http")]
    [InlineData(true, "https")]
    public async Task Run_WithoutAnAddress_FindsThisMachinesServerByHttpAndByHttps(bool isTls, string scheme)
    {
        await using var server = await StartAsync(isTls);
        Environment.SetEnvironmentVariable(PortVariable, $"{server.Port}");
        try
        {
            Assert.Equal(new CliRun(0, $"{scheme}://127.0.0.1:{server.Port}: Healthy{Environment.NewLine}", ""), await CliRun.RunAsync("health"));
        }
        finally
        {
            Environment.SetEnvironmentVariable(PortVariable, null);
        }
    }

    [Fact]
    public async Task Run_ServerThatIsNotReady_EndsWithOneAndTheServersReason()
    {
        await using var server = await StartAsync(isTls: false);
        server.Ready = "Unhealthy: press-1: no model\nHealthy: management";

        var run = await CliRun.RunAsync("health", "--ready", "--page", server.Address);
        var station = await CliRun.RunAsync("health", "--station", "press 1", "--page", server.Address);
        var live = await CliRun.RunAsync("health", "--page", server.Address, "--json");

        Assert.Equal((1, ""), (run.ExitCode, run.Result));
        Assert.Equal($"anomalyline health: {server.Address}: Unhealthy: press-1: no model Healthy: management{Environment.NewLine}", run.Error);
        Assert.Contains("station press 1", station.Error, StringComparison.Ordinal);
        Assert.Equal((0, $$"""{"address":"{{server.Address}}","path":"/health/live","text":"Healthy"}"""), (live.ExitCode, live.Result.TrimEnd()));
    }

    [Fact]
    public async Task Run_WithAWait_AsksUntilTheServerIsReady()
    {
        await using var server = await StartAsync(isTls: false);
        server.Ready = "Unhealthy: loading";
        server.ReadyAfter = 2;

        var run = await CliRun.RunAsync("health", "--ready", "--wait", "60", "--page", server.Address);

        Assert.Equal((0, 3), (run.ExitCode, server.Asked));
    }

    [Theory]
    [InlineData("health --page http://127.0.0.1:9", 1, "http://127.0.0.1:9: does not answer (Connection refused)")]
    [InlineData("health --page nowhere", 2, "'nowhere' is no address")]
    [InlineData("health --wait -1", 2, "0..86400")]
    public async Task Run_NoServerOrWrongWords_SaysWhich(string line, int code, string text)
    {
        var run = await CliRun.RunAsync(line.Split(' '));

        Assert.Equal((code, ""), (run.ExitCode, run.Result));
        Assert.Contains(text, run.Error, StringComparison.Ordinal);
    }

    private static async Task<Page> StartAsync(bool isTls)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
        {
            if (isTls) endpoint.UseHttps(Certificate());
        }));
        var page = new Page(builder.Build());
        await page.StartAsync();
        return page;
    }

    /// <summary>Of another name than 127.0.0.1, and of no authority that this machine knows, as a server's on its own machine is.</summary>
    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest("CN=line.plant.example", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), password: null);
    }

    /// <summary>The health of a server's web page, as it answers.</summary>
    private sealed class Page(WebApplication app) : IAsyncDisposable
    {
        public string Ready { get; set; } = "Healthy";

        /// <summary>Answers that it is not ready so many times; 0 for ever.</summary>
        public int ReadyAfter { get; set; }

        public int Asked { get; private set; }

        public string Address => app.Urls.Single();

        public int Port => new Uri(Address).Port;

        public Task StartAsync()
        {
            app.MapGet("/health/live", () => "Healthy");
            app.MapGet("/health/ready", () => ++Asked > ReadyAfter && ReadyAfter > 0 ? Results.Text("Healthy") : Results.Text(Ready, statusCode: 503));
            app.MapGet("/health/ready/{station}", (string station) => Results.Text($"There is no station {station}.", statusCode: 404));
            return app.StartAsync(TestContext.Current.CancellationToken);
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
