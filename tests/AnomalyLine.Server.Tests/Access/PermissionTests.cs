using System.Text.RegularExpressions;
using AnomalyLine.Management.Access;
using AnomalyLine.Server.Access;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>One table says what everything needs: every address, page and change of the console is in it, and nothing else is.</summary>
public sealed partial class PermissionTests
{
    [Fact]
    public async Task Table_EveryAddressAndPage_IsInItAndEveryRowIsUsed()
    {
        await using var server = await TestServer.StartAsync(
            "--AnomalyLine:Access:OpenId:Authority=https://provider.example", "--AnomalyLine:Access:OpenId:ClientId=line", "--AnomalyLine:Access:OpenId:Roles=a=Viewer");
        var served = server.Get<EndpointDataSource>().Endpoints.Select(Permissions.NameOf).Append(Permissions.Routing).ToHashSet(StringComparer.Ordinal);

        Assert.True(served.Count > 100);

        // Either would let the endpoint pass by the table.
        Assert.DoesNotContain(server.Get<EndpointDataSource>().Endpoints, endpoint => endpoint.Metadata.Any(data => data is IAllowAnonymous or IAuthorizeData or AuthorizationPolicy));
        Assert.Equal("", string.Join('\n', served.Except(Permissions.All.Keys)));
        Assert.Equal("", string.Join('\n', Permissions.All.Keys.Where(name => IsAddress(name)).Except(served)));
    }

    [Fact]
    public void Table_EveryChangeThatThePagesAskFor_IsInItAndEveryRowIsUsed()
    {
        var sources = Directory.EnumerateFiles(Checkout.PathOf("src", "AnomalyLine.Server", "Console")).Where(file => Path.GetExtension(file) is ".razor" or ".cs").Select(File.ReadAllText).ToList();
        var asked = sources.SelectMany(source => Asked().Matches(source).Select(match => match.Groups[1].Value)).ToHashSet(StringComparer.Ordinal);

        Assert.True(asked.Count > 15);
        Assert.Equal("", string.Join('\n', asked.Except(Permissions.All.Keys)));
        Assert.Equal("", string.Join('\n', Permissions.All.Keys.Where(name => !IsAddress(name)).Except(asked)));
        Assert.All(sources, source => Assert.DoesNotMatch(ByRole(), source));
    }

    [Fact]
    public async Task Address_ThatIsInNoRow_IsRefusedToAnAdministratorToo()
    {
        await using var server = await TestServer.StartAsync();
        var reached = false;
        var pipeline = new ApplicationBuilder(server.Get<IServiceProvider>());
        pipeline.UseAuthentication().UseAuthorization().Run(Reach);
        var run = pipeline.Build();
        foreach (var (path, isReached) in new[] { ("/system/backup", true), ("/forgotten", false) })
        {
            reached = false;
            var http = new DefaultHttpContext { RequestServices = server.Get<IServiceProvider>() };
            http.Request.Headers.Authorization = $"Bearer {server.Get<AccessControl>().LocalKey}";
            http.SetEndpoint(new RouteEndpoint(_ => Task.CompletedTask, RoutePatternFactory.Parse(path), 0, new EndpointMetadataCollection(new HttpMethodMetadata(["GET"])), path));

            await run(http);

            Assert.Equal(isReached, reached);
            if (!isReached) Assert.Equal(StatusCodes.Status403Forbidden, http.Response.StatusCode);
        }

        Task Reach(HttpContext http)
        {
            reached = true;
            return Task.CompletedTask;
        }
    }

    [Fact]
    public void Table_RolesOfPagesAndChanges_AreThoseOfTheirCalls()
    {
        Assert.Equal(AccessRole.Administrator, Permissions.All["page /users"].Least);
        Assert.Equal(Permissions.All["/anomalyline.v1.TrainingService/StartJob"].Least, Permissions.All["job.start"].Least);
        Assert.False(Permissions.All["job.start"].IsForGateway);
        Assert.Equal(
            ["* /health/live", "* /health/ready", "GET /health/ready/{station}", "GET /language", "GET /sign-in/provider", "GET /time-zone", "files", "page /not-found", "page /setup", "page /sign-in", "page /sign-in/code", "page /wall/enter"],
            Permissions.All.Where(rule => rule.Value.Least is null && IsAddress(rule.Key) && !rule.Key.StartsWith('/') && !rule.Key.StartsWith("POST ", StringComparison.Ordinal)).Select(rule => rule.Key).Order(StringComparer.Ordinal));
    }

    private static bool IsAddress(string name) => name.Contains('/', StringComparison.Ordinal) || name is Permissions.Files or Permissions.Socket or Permissions.Routing;

    [GeneratedRegex("(?:AsAsync\\(|DoAsync\\(|DoneAsync\\(|MayAsync\\(|<Allowed To=)\"([a-z][a-z.-]+)\"")]
    private static partial Regex Asked();

    [GeneratedRegex("(AsAsync|MayAsync)\\(AccessRole|\\[Needs|\\[Open\\]|Allowed Role=")]
    private static partial Regex ByRole();
}
