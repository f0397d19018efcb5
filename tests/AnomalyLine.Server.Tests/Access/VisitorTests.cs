using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;
using AnomalyLine.Server.Access;
using Microsoft.AspNetCore.Components.Authorization;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>What a page's handlers ask before they do anything, whatever the page shows.</summary>
public sealed class VisitorTests
{
    [Fact]
    public async Task AsAsync_RoleThatIsTooLittleOrAnEndedSession_IsRefusedAndNoted()
    {
        await using var server = await TestServer.StartAsync();
        var access = server.Get<AccessControl>();
        access.Users.Add("anna", AccessRole.Administrator, "a password of anna");
        access.Users.Add("bert", AccessRole.Operator, "a password of bert");
        var bert = access.Users.Find("bert")!;
        var session = access.Sessions.Begin(new Identity(IdentityKind.User, "bert", bert.Role), bert.Secret, "10.0.0.9");
        var who = access.Sessions.Find(SessionTable.IdOf(session))!;
        // As it is when a page's circuit was opened.
        var visitor = new Visitor(new States(who), access, server.Get<RefusalLog>());

        Assert.Equal(("bert", "console 10.0.0.9"), ((await visitor.AsAsync("sample.review")).Value.User, (await visitor.AsAsync("sample.review")).Value.Origin));
        Assert.Equal(LineErrorCode.RoleMissing, (await visitor.AsAsync("job.start")).Error?.Code);
        Assert.True(await visitor.MayAsync("sample.review"));
        Assert.False(await visitor.MayAsync("job.start"));
        access.Users.SetRole("bert", AccessRole.Viewer);
        Assert.Equal(LineErrorCode.RoleMissing, (await visitor.AsAsync("sample.review")).Error?.Code);
        access.Sessions.End(who.Session);
        Assert.Equal(LineErrorCode.NotSignedIn, (await visitor.AsAsync("sample.review")).Error?.Code);
        Assert.Null(await visitor.GetAsync());

        var nobody = new Visitor(new States(null), access, server.Get<RefusalLog>());
        Assert.Equal(LineErrorCode.NotSignedIn, (await nobody.AsAsync("key.add")).Error?.Code);
        var noted = (await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: TestServer.Cancel)).Entries.Select(entry => (entry.User, entry.Subject));
        Assert.Equal([("bert", "job.start"), ("bert", "sample.review"), ("", "key.add")], noted);
    }

    private sealed class States(Identity? who) : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(who?.ToPrincipal("console 10.0.0.9") ?? new()));
    }
}
