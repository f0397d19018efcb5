using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Options;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>Which role may call what, over gRPC and REST.</summary>
public sealed class CallsTests
{
    private static readonly string[] s_order = ["Camera", "Viewer", "Operator", "Engineer", "Administrator"];

    [Fact]
    public async Task Calls_EveryCallOfTheContractAndOfTheServer_HasARule()
    {
        await using var server = await TestServer.StartAsync();
        var contract = typeof(Wire.StationService).Assembly.GetTypes()
            .Select(type => type.GetProperty("Descriptor")?.GetValue(null)).OfType<Google.Protobuf.Reflection.ServiceDescriptor>()
            .SelectMany(service => service.Methods).Select(method => $"/{method.Service.FullName}/{method.Name}").ToList();
        var served = server.Get<EndpointDataSource>().Endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName).OfType<string>().Distinct().ToList();

        Assert.True(contract.Count > 40 && served.Count > contract.Count);
        var calls = Permissions.All.Where(rule => rule.Key.StartsWith('/')).ToList();
        Assert.Empty(contract.Concat(served).Except(calls.Select(rule => rule.Key)));
        Assert.Empty(calls.Select(rule => rule.Key).Except(served));
        Assert.Equal(["/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"], calls.Where(rule => rule.Value.Least is null).Select(rule => rule.Key));
    }

    [Theory]
    [InlineData("Viewer", "GET", "/v1/stations", null)]
    [InlineData("Viewer", "GET", "/v1/audit", null)]
    [InlineData("Operator", "POST", "/v1/samples/checks", "{}")]
    [InlineData("Operator", "POST", "/v1/stations/a:stop", "{}")]
    [InlineData("Engineer", "POST", "/v1/stations", "{}")]
    [InlineData("Engineer", "PUT", "/v1/stations/a/collection", "{}")]
    [InlineData("Administrator", "GET", "/v1/users", null)]
    [InlineData("Administrator", "POST", "/v1/keys", "{}")]
    public async Task Rest_EachRole_MayFromTheLeastOneOn(string least, string verb, string path, string? body)
    {
        await using var server = await TestServer.StartAsync();
        foreach (var role in s_order)
        {
            using var request = new HttpRequestMessage(new HttpMethod(verb), path);
            if (body is not null) request.Content = new StringContent(body, null, "application/json");
            request.Headers.Authorization = new("Bearer", Key(server, role));
            using var answer = await server.Http.SendAsync(request, TestServer.Cancel);
            var may = role != "Camera" && Array.IndexOf(s_order, role) >= Array.IndexOf(s_order, least);
            var text = await answer.Content.ReadAsStringAsync(TestServer.Cancel);
            Assert.True((answer.StatusCode == HttpStatusCode.Forbidden) != may, $"{role}: {answer.StatusCode} {text}");
            if (!may) Assert.Contains($"needs the role {least}", text, StringComparison.Ordinal);
        }

        using var nobody = new HttpRequestMessage(new HttpMethod(verb), path);
        if (body is not null) nobody.Content = new StringContent(body, null, "application/json");
        using var refused = await server.Strangers.SendAsync(nobody, TestServer.Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task Grpc_EachRole_GetsWhatItMayAndElseTheWordAndTheRoleThatIsMissing()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        foreach (var role in s_order)
        {
            var key = As(Key(server, role));
            var reads = await StatusAsync(server.Stations.ListStationsAsync(new(), key, cancellationToken: TestServer.Cancel).ResponseAsync);
            var reviews = await StatusAsync(server.Stations.ResetCountersAsync(new() { Name = "a" }, key, cancellationToken: TestServer.Cancel).ResponseAsync);
            var creates = await StatusAsync(server.Stations.CreateStationAsync(new() { Name = $"of-{role}" }, key, cancellationToken: TestServer.Cancel).ResponseAsync);
            var decides = await StatusAsync(server.Access.ListKeysAsync(new(), key, cancellationToken: TestServer.Cancel).ResponseAsync);
            var inspects = await InspectAsync(server, key);
            var rank = Array.IndexOf(s_order, role);
            Assert.Equal((rank >= 1, rank >= 2, rank >= 3, rank >= 4, rank != 1), (reads, reviews, creates, decides, inspects));
            var who = await server.Access.GetIdentityAsync(new(), key, cancellationToken: TestServer.Cancel);
            Assert.Equal((role, $"ROLE_{role}".ToUpperInvariant(), "key"), (who.Name, $"ROLE_{who.Role}".ToUpperInvariant(), who.Kind));
        }

        var failure = await Assert.ThrowsAsync<RpcException>(() => server.Stations.StopStationAsync(new() { Name = "a" }, As(Key(server, "Viewer")), cancellationToken: TestServer.Cancel).ResponseAsync);
        Assert.Equal((StatusCode.PermissionDenied, "role-missing"), (failure.StatusCode, failure.Trailers.GetValue("error-code")));
        var wrong = await Assert.ThrowsAsync<RpcException>(() => server.Stations.ListStationsAsync(new(), As("alk_nobody"), cancellationToken: TestServer.Cancel).ResponseAsync);
        Assert.Equal((StatusCode.Unauthenticated, "not-signed-in"), (wrong.StatusCode, wrong.Trailers.GetValue("error-code")));
    }

    [Fact]
    public async Task Audit_ChangeByAKeyAndRefusal_NameTheKeyWhateverTheCallerSays()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var engineer = As(Key(server, "Engineer"));
        engineer.Add("x-user", "the boss");
        await server.Recipes.SetSensitivityAsync(new() { Station = "a", Sensitivity = 0.1f }, engineer, cancellationToken: TestServer.Cancel);
        for (var i = 0; i < 3; i++) await StatusAsync(server.Recipes.SetSensitivityAsync(new() { Station = "a", Sensitivity = 0.2f }, As(Key(server, "Camera")), cancellationToken: TestServer.Cancel).ResponseAsync);

        var entries = (await server.Audit.ListAuditEntriesAsync(new() { PageSize = 1000 }, cancellationToken: TestServer.Cancel)).Entries;
        Assert.Equal("key:Engineer", entries.Single(entry => entry.Action == "recipe.sensitivity").User);
        var refused = entries.Single(entry => entry.Action == "access.refused");
        Assert.Equal(("key:Camera", "/anomalyline.v1.RecipeService/SetSensitivity"), (refused.User, refused.Subject));
        Assert.DoesNotContain(entries, entry => entry.User == "the boss");
        Assert.DoesNotContain("alk_", string.Concat(entries.Select(entry => entry.NewValue)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_KeyRevokedWhileStreaming_EndsTheStreamWithItsNextFrame()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var key = As(Key(server, "Camera"));
        using var call = server.Inspections.Inspect(key, cancellationToken: TestServer.Cancel);
        using var watch = server.Inspections.WatchInspections(new(), As(Key(server, "Viewer")), cancellationToken: TestServer.Cancel);
        await call.RequestStream.WriteAsync(TestServer.Request("a", 1, 10), TestServer.Cancel);
        Assert.True(await call.ResponseStream.MoveNext(TestServer.Cancel));
        Assert.Equal(1ul, call.ResponseStream.Current.RequestId);
        Assert.True(await watch.ResponseStream.MoveNext(TestServer.Cancel));

        await server.Access.RevokeKeyAsync(new() { Name = "Camera" }, cancellationToken: TestServer.Cancel);
        await server.Access.RevokeKeyAsync(new() { Name = "Viewer" }, cancellationToken: TestServer.Cancel);
        await call.RequestStream.WriteAsync(TestServer.Request("a", 2, 10), TestServer.Cancel);

        var ended = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestServer.Cancel));
        Assert.Equal((StatusCode.Unauthenticated, "The key \"Camera\" was revoked."), (ended.StatusCode, ended.Status.Detail));
        var silent = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await watch.ResponseStream.MoveNext(TestServer.Cancel)) { }
        });
        Assert.Equal(StatusCode.Unauthenticated, silent.StatusCode);
        Assert.Equal(1u, (uint)(await server.Stations.ListStationsAsync(new(), cancellationToken: TestServer.Cancel)).Stations[0].Counters.Inspected);
    }

    [Fact]
    public async Task AccessService_UsersAndKeys_FromFirstToLastAndBackOverRest()
    {
        await using var server = await TestServer.StartAsync();
        using var added = await server.Http.PostAsJsonAsync("/v1/users", new { name = "anna", role = "ROLE_ADMINISTRATOR", password = "a password of anna" }, TestServer.Cancel);
        Assert.Equal(HttpStatusCode.OK, added.StatusCode);
        await server.Access.AddUserAsync(new() { Name = "bert", Role = Wire.Role.Viewer, Password = "a password of bert" }, cancellationToken: TestServer.Cancel);
        await server.Access.SetUserRoleAsync(new() { Name = "bert", Role = Wire.Role.Operator }, cancellationToken: TestServer.Cancel);

        var taken = await FailureAsync(server.Access.AddUserAsync(new() { Name = "bert", Role = Wire.Role.Viewer, Password = "a password of bert" }, cancellationToken: TestServer.Cancel).ResponseAsync);
        var brief = await FailureAsync(server.Access.SetUserPasswordAsync(new() { Name = "bert", Password = "short" }, cancellationToken: TestServer.Cancel).ResponseAsync);
        var colon = await FailureAsync(server.Access.AddUserAsync(new() { Name = "a:b", Role = Wire.Role.Viewer, Password = "a password of bert" }, cancellationToken: TestServer.Cancel).ResponseAsync);
        var last = await FailureAsync(server.Access.RemoveUserAsync(new() { Name = "anna" }, cancellationToken: TestServer.Cancel).ResponseAsync);
        var nobody = await FailureAsync(server.Access.RemoveUserAsync(new() { Name = "carl" }, cancellationToken: TestServer.Cancel).ResponseAsync);
        var camera = await FailureAsync(server.Access.SetUserRoleAsync(new() { Name = "bert", Role = Wire.Role.Camera }, cancellationToken: TestServer.Cancel).ResponseAsync);
        Assert.Equal(["invalid-account", "invalid-account", "invalid-account", "invalid-account", "account-not-found", "invalid-account"], [taken, brief, colon, last, nobody, camera]);

        Assert.Equal([("anna", Wire.Role.Administrator), ("bert", Wire.Role.Operator)], (await server.Access.ListUsersAsync(new(), cancellationToken: TestServer.Cancel)).Users.Select(user => (user.Name, user.Role)));
        await server.Access.RemoveUserAsync(new() { Name = "bert" }, cancellationToken: TestServer.Cancel);
        var file = Path.Combine(server.Folder, "users");
        Assert.StartsWith("anna:Administrator:pbkdf2-sha512$210000$", await File.ReadAllTextAsync(file, TestServer.Cancel), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var made = await server.Access.AddKeyAsync(new() { Name = "cam-1", Role = Wire.Role.Camera }, cancellationToken: TestServer.Cancel);
        Assert.DoesNotContain(made.Secret[4..], await File.ReadAllTextAsync(Path.Combine(server.Folder, "keys"), TestServer.Cancel), StringComparison.Ordinal);
        Assert.Equal(["user.add", "user.add", "user.role", "user.remove", "key.add"], (await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: TestServer.Cancel)).Entries.Select(entry => entry.Action));
    }

    [Fact]
    public async Task Key_BoundToStations_SendsFramesOfThoseOnly()
    {
        await using var server = await TestServer.StartReadyAsync(["a", "b"]);
        var made = await server.Access.AddKeyAsync(new() { Name = "cam-1", Role = Wire.Role.Camera, Stations = { "a" } }, cancellationToken: TestServer.Cancel);
        using var call = server.Inspections.Inspect(As(made.Secret), cancellationToken: TestServer.Cancel);

        await call.RequestStream.WriteAsync(TestServer.Request("b", 1, 10), TestServer.Cancel);
        Assert.True(await call.ResponseStream.MoveNext(TestServer.Cancel));
        Assert.Equal((1ul, "role-missing"), (call.ResponseStream.Current.RequestId, call.ResponseStream.Current.Error.Code));
        Assert.Contains("the key \"cam-1\" may send frames of a only, not of \"b\"", call.ResponseStream.Current.Error.Message, StringComparison.Ordinal);
        await call.RequestStream.WriteAsync(TestServer.Request("a", 2, 10), TestServer.Cancel);
        Assert.True(await call.ResponseStream.MoveNext(TestServer.Cancel));

        Assert.Equal(Wire.Verdict.Ok, call.ResponseStream.Current.Inspection.Verdict);
        Assert.Equal([1ul, 0ul], (await server.Stations.ListStationsAsync(new(), cancellationToken: TestServer.Cancel)).Stations.Select(station => station.Counters.Inspected));
    }

    [Fact]
    public async Task Key_BoundToANetworkOrExpired_IsRefusedAndItsStreamEnds()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(services => services.AddSingleton(provider => new AccessControl(provider.GetRequiredService<AnomalyLineOptions>(), isDemo: false, time)));
        var today = time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var elsewhere = await server.Access.AddKeyAsync(new() { Name = "elsewhere", Role = Wire.Role.Viewer, Networks = { "10.1.0.0/16" } }, cancellationToken: TestServer.Cancel);
        var brief = await server.Access.AddKeyAsync(new() { Name = "brief", Role = Wire.Role.Viewer, LastDay = today, Networks = { "127.0.0.0/8" } }, cancellationToken: TestServer.Cancel);
        Assert.Equal((today, "127.0.0.0/8"), (brief.Key.LastDay, brief.Key.Networks.Single()));

        var far = await Assert.ThrowsAsync<RpcException>(() => server.Stations.ListStationsAsync(new(), As(elsewhere.Secret), cancellationToken: TestServer.Cancel).ResponseAsync);
        Assert.Contains("may not be used from 127.0.0.1", far.Status.Detail, StringComparison.Ordinal);
        await server.Stations.ListStationsAsync(new(), As(brief.Secret), cancellationToken: TestServer.Cancel);
        time.Advance(TimeSpan.FromDays(1));
        var late = await Assert.ThrowsAsync<RpcException>(() => server.Stations.ListStationsAsync(new(), As(brief.Secret), cancellationToken: TestServer.Cancel).ResponseAsync);

        Assert.Equal(StatusCode.Unauthenticated, late.StatusCode);
        Assert.Contains($"has expired; its last day was {today}", late.Status.Detail, StringComparison.Ordinal);
        var access = server.Get<AccessControl>();
        Assert.Null(access.Renew(new Identity(IdentityKind.Key, "brief", Management.Access.AccessRole.Viewer, access.Keys.Find("brief")!.Secret)));
    }

    [Fact]
    public async Task Sessions_ListedAndEndedByAnAdministrator_OfUsersAndOfTheProvider()
    {
        await using var server = await TestServer.StartAsync();
        var access = server.Get<AccessControl>();
        access.Users.Add("anna", Management.Access.AccessRole.Operator, "a password of anna");
        using var browser = new Browser(server);
        await browser.SignInAsync("anna", "a password of anna");
        var token = access.Sessions.Begin(new Identity(IdentityKind.Provider, "carl", Management.Access.AccessRole.Engineer), "", "10.0.0.9");

        var sessions = (await server.Access.ListSessionsAsync(new(), cancellationToken: TestServer.Cancel)).Sessions;
        Assert.Equal([("anna", "user", "127.0.0.1"), ("carl", "provider", "10.0.0.9")], sessions.Select(session => (session.Name, session.Kind, session.Address)).Order());
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/samples")).Status);
        foreach (var session in sessions)
        {
            using var ended = await server.Http.DeleteAsync(new Uri($"/v1/sessions/{session.Id}", UriKind.Relative), TestServer.Cancel);
            Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        }

        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/samples")).Status);
        Assert.Null(access.Sessions.Find(SessionTable.IdOf(token)));
        Assert.Empty((await server.Access.ListSessionsAsync(new(), cancellationToken: TestServer.Cancel)).Sessions);
        Assert.Equal("account-not-found", await FailureAsync(server.Access.EndSessionAsync(new() { Id = sessions[0].Id }, cancellationToken: TestServer.Cancel).ResponseAsync));
        Assert.Equal(2, (await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: TestServer.Cancel)).Entries.Count(entry => entry.Action == "session.revoke"));
    }

    internal static Metadata As(string key) => new() { { "authorization", $"Bearer {key}" } };

    /// <summary>The key of a role, made if there is none.</summary>
    internal static string Key(TestServer server, string role)
    {
        var keys = server.Get<AccessControl>().Keys;
        if (keys.Find(role) is not null) keys.Revoke(role);
        return keys.Add(role, Enum.Parse<Management.Access.AccessRole>(role)).Value.Key;
    }

    private static async Task<string> FailureAsync(Task call) => (await Assert.ThrowsAsync<RpcException>(() => call)).Trailers.GetValue("error-code") ?? "";

    private static async Task<bool> StatusAsync(Task call)
    {
        try
        {
            await call;
            return true;
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.PermissionDenied)
        {
            return false;
        }
    }

    private static async Task<bool> InspectAsync(TestServer server, Metadata key)
    {
        using var call = server.Inspections.Inspect(key, cancellationToken: TestServer.Cancel);
        return await StatusAsync(AskAsync());

        async Task AskAsync()
        {
            await call.RequestStream.WriteAsync(TestServer.Request("a", 1, 10), TestServer.Cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await call.ResponseStream.MoveNext(TestServer.Cancel);
        }
    }
}
