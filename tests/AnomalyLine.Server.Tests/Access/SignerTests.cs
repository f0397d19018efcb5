using System.Net;
using AnomalyLine.Management.Access;
using AnomalyLine.Server.Access;
using Grpc.Core;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>Whom a server trusts, by calls; and that a model which leaves it is noted.</summary>
public sealed class SignerTests
{
    private static readonly string s_other = $"SHA256:{new string('a', 64)}";

    [Fact]
    public async Task Signers_TrustedAndDistrusted_ByAdministratorsAloneAndInTheAudit()
    {
        await using var server = await TestServer.StartAsync();
        var first = await server.Models.ListSignersAsync(new(), cancellationToken: TestServer.Cancel);
        Assert.Equal(first.OwnFingerprint, Assert.Single(first.Signers).Fingerprint);
        Assert.False(first.TrustedOnly);
        var engineer = CallsTests.As(CallsTests.Key(server, "Engineer"));
        var refused = await Assert.ThrowsAsync<RpcException>(() => server.Models.TrustSignerAsync(new() { Name = "line-2", Fingerprint = s_other }, engineer, cancellationToken: TestServer.Cancel).ResponseAsync);
        Assert.Equal("role-missing", refused.Trailers.GetValue("error-code"));

        await server.Models.TrustSignerAsync(new() { Name = "line-2", Fingerprint = s_other }, cancellationToken: TestServer.Cancel);
        Assert.Equal(s_other, (await server.Models.ListSignersAsync(new(), engineer, cancellationToken: TestServer.Cancel)).Signers[1].Fingerprint);
        await server.Models.DistrustSignerAsync(new() { Name = "line-2" }, cancellationToken: TestServer.Cancel);

        var again = await Assert.ThrowsAsync<RpcException>(() => server.Models.DistrustSignerAsync(new() { Name = "line-2" }, cancellationToken: TestServer.Cancel).ResponseAsync);
        Assert.Equal("account-not-found", again.Trailers.GetValue("error-code"));
        Assert.Equal(["access.refused", "signer.trust", "signer.distrust"], (await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: TestServer.Cancel)).Entries.Select(entry => entry.Action));
    }

    [Fact]
    public async Task ModelFile_Downloaded_IsInTheAuditWithWhoAndFromWhere()
    {
        await using var server = await TestServer.StartAsync();
        var version = await server.UploadAsync("one");
        server.Get<AccessControl>().Users.Add("anna", AccessRole.Viewer, "a password of anna");
        using var browser = new Browser(server);
        await browser.SignInAsync("anna", "a password of anna");

        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync($"/models/{version}/file")).Status);

        var entry = (await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: TestServer.Cancel)).Entries[^1];
        Assert.Equal(("model.download", version, "anna", "console 127.0.0.1"), (entry.Action, entry.Subject, entry.User, entry.Origin));
    }
}
