using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace AnomalyLine.Cli.Tests;

/// <summary>The trust list, on folders as the gateway makes them.</summary>
public sealed class OpcUaClientsTests : IDisposable
{
    private readonly string _pki = Directory.CreateTempSubdirectory("anomalyline-pki-").FullName;

    public OpcUaClientsTests()
    {
        foreach (var folder in new[] { "trusted/certs", "rejected", "users/trusted/certs", "users/rejected" }) Directory.CreateDirectory(Path.Combine(_pki, folder));
    }

    public void Dispose() => Directory.Delete(_pki, recursive: true);

    [Fact]
    public async Task List_WaitingAndTrusted_ShowsBothWithThumbprint()
    {
        var (waiting, trusted) = (Add("rejected", "line-plc"), Add("trusted/certs", "scada"));
        var run = await RunAsync("list");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(3, run.ResultLines.Length);
        Assert.Matches($"^waiting +{waiting} +2030-01-01 +line-plc$", run.ResultLines[1]);
        Assert.Matches($"^trusted +{trusted} +2030-01-01 +scada$", run.ResultLines[2]);
    }

    [Fact]
    public async Task List_RefusedOne_SaysWhyFromWhereWhenAndWhatItIs()
    {
        var thumbprint = Add("trusted/certs", "line-plc", "urn:line-plc:s7");
        await File.WriteAllTextAsync(
            Path.Combine(_pki, "refusals.json"),
            $$"""[{"thumbprint":"{{thumbprint}}","subject":"CN=line-plc","first":"2026-11-23T10:00:00.000Z","last":"2026-11-23T11:30:00.000Z","count":7,"address":"10.1.2.3","reason":"it expired 2026-11-22T00:00:00.000Z"}]""",
            TestContext.Current.CancellationToken);

        var run = await RunAsync("list");
        Assert.Contains($"{thumbprint}  2030-01-01   line-plc  urn:line-plc:s7  10.1.2.3  7x 2026-11-23 10:00Z..2026-11-23 11:30Z  it expired 2026-11-22T00:00:00.000Z", run.ResultLines[1], StringComparison.Ordinal);

        using var json = JsonDocument.Parse(Assert.Single((await RunAsync("list", "--json")).ResultLines));
        var client = json.RootElement.GetProperty("clients")[0];
        Assert.Equal(("urn:line-plc:s7", "10.1.2.3"), (client.GetProperty("applicationUri").GetString(), client.GetProperty("refusal").GetProperty("address").GetString()));
    }

    [Fact]
    public async Task List_RefusalsThatCannotBeRead_ListsAllTheSame()
    {
        Add("rejected", "line-plc");
        await File.WriteAllTextAsync(Path.Combine(_pki, "refusals.json"), "[{", TestContext.Current.CancellationToken);
        Assert.Equal(2, (await RunAsync("list")).ResultLines.Length);
    }

    [Fact]
    public async Task Trust_FirstDigitsOfAWaitingOne_MovesItAndRejectMovesItBack()
    {
        var thumbprint = Add("rejected", "line-plc");
        var trust = await RunAsync("trust", thumbprint[..10].ToLowerInvariant());
        Assert.Equal($"line-plc ({thumbprint}): trusted.", Assert.Single(trust.ResultLines));
        Assert.Equal("trusted/certs/line-plc.pem", Path.GetRelativePath(_pki, Assert.Single(Files())));
        var again = await RunAsync("trust", thumbprint);
        Assert.Equal($"line-plc ({thumbprint}): already trusted.", Assert.Single(again.ResultLines));
        var reject = await RunAsync("reject", thumbprint, "--json");
        using var answer = JsonDocument.Parse(Assert.Single(reject.ResultLines));
        Assert.True(answer.RootElement.GetProperty("changed").GetBoolean());
        Assert.Equal("rejected/line-plc.pem", Path.GetRelativePath(_pki, Assert.Single(Files())));
    }

    [Fact]
    public async Task Trust_CertificateInBothFolders_LeavesOnlyTheTrustedOne()
    {
        // One that lies in both is refused by the gateway.
        var thumbprint = Add("rejected", "twice");
        File.Copy(Path.Combine(_pki, "rejected", "twice.pem"), Path.Combine(_pki, "trusted", "certs", "other-name.pem"));
        Assert.Equal(0, (await RunAsync("trust", thumbprint)).ExitCode);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_pki, "rejected")));
    }

    [Fact]
    public async Task Trust_Users_WorksOnTheUsersStore()
    {
        var thumbprint = Add("users/rejected", "operator");
        Assert.Equal(1, (await RunAsync("trust", thumbprint)).ExitCode);
        Assert.Equal(0, (await RunAsync("trust", thumbprint, "--users")).ExitCode);
        Assert.Equal("users/trusted/certs/operator.pem", Path.GetRelativePath(_pki, Assert.Single(Files())));
    }

    [Theory]
    [InlineData("AABBCCDDEEFF", 1, "No certificate")]
    [InlineData("AABB", 2, "too short")]
    public async Task Trust_Unknown_SaysWhatToDo(string thumbprint, int exitCode, string said)
    {
        var run = await RunAsync("trust", thumbprint);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_WrongFolder_NamesIt()
    {
        var run = await CliRun.RunAsync("opcua", "clients", "list", "--pki", Path.Combine(_pki, "elsewhere"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("elsewhere", run.Error, StringComparison.Ordinal);
    }

    private Task<CliRun> RunAsync(string command, params string[] args) => CliRun.RunAsync(["opcua", "clients", command, .. args, "--pki", _pki]);

    private IEnumerable<string> Files() => Directory.EnumerateFiles(_pki, "*", SearchOption.AllDirectories);

    private string Add(string folder, string name, string? applicationUri = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        if (applicationUri is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddUri(new Uri(applicationUri));
            request.CertificateExtensions.Add(names.Build());
        }

        using var certificate = request.CreateSelfSigned(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        File.WriteAllText(Path.Combine(_pki, folder, $"{name}.pem"), certificate.ExportCertificatePem());
        return certificate.Thumbprint;
    }
}
