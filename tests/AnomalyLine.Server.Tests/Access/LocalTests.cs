using System.Net;
using AnomalyLine.Server.Access;
using Grpc.Core;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>A program on the server's machine needs no key; what only looks like one does.</summary>
public sealed class LocalTests
{
    [Theory]
    [InlineData("X-Forwarded-For", "10.0.0.9")]
    [InlineData("Forwarded", "for=10.0.0.9")]
    [InlineData("Via", "1.1 proxy")]
    [InlineData("Host", "evil.example")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "http://localhost:3000")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    public async Task Rest_OverLoopbackButNotFromALocalProgram_IsNobody(string header, string value)
    {
        await using var server = await TestServer.StartAsync();
        using var local = await server.Http.GetAsync("/v1/users", TestServer.Cancel);
        Assert.Equal(HttpStatusCode.OK, local.StatusCode);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/users");
        request.Headers.TryAddWithoutValidation(header, value);
        using var answer = await server.Http.SendAsync(request, TestServer.Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Grpc_ForwardedOrWithATrustThatIsOff_IsNobody()
    {
        await using var server = await TestServer.StartAsync();
        var forwarded = await Assert.ThrowsAsync<RpcException>(() => server.Stations.ListStationsAsync(new(), new Metadata { { "x-forwarded-for", "10.0.0.9" } }, cancellationToken: TestServer.Cancel).ResponseAsync);
        Assert.Equal(StatusCode.Unauthenticated, forwarded.StatusCode);
        Assert.Equal("local", (await server.Access.GetIdentityAsync(new(), cancellationToken: TestServer.Cancel)).Kind);

        await using var strict = await TestServer.StartAsync("--AnomalyLine:Access:TrustLocal=false");
        var refused = await Assert.ThrowsAsync<RpcException>(() => strict.Stations.ListStationsAsync(new(), cancellationToken: TestServer.Cancel).ResponseAsync);
        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        Assert.Equal(strict.Get<AccessControl>().Users.Exists, File.Exists(Path.Combine(strict.Folder, "users")));
    }

    [Fact]
    public async Task Session_RequestByAPageOfAnotherSite_IsNobody()
    {
        await using var server = await TestServer.StartAsync();
        server.Get<AccessControl>().Users.Add("anna", Management.Access.AccessRole.Administrator, "a password of anna");
        using var browser = new Browser(server);
        await browser.SignInAsync("anna", "a password of anna");
        foreach (var (origin, expected) in new[] { (server.Http.BaseAddress!.GetLeftPart(UriPartial.Authority), HttpStatusCode.OK), ("https://evil.example", HttpStatusCode.Unauthorized) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/stations") { Content = new StringContent("{\"name\":\"x\"}", null, "application/json") };
            request.Headers.Add("Origin", origin);
            using var answer = await browser.SendAsync(request);
            Assert.Equal(expected, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/health/live")]
    [InlineData("/app.css")]
    [InlineData("/sign-in")]
    public async Task Http_WhatIsOpenToAll_NeedsNoSignIn(string path)
    {
        await using var server = await TestServer.StartAsync("--AnomalyLine:Access:TrustLocal=false");
        using var answer = await server.Http.GetAsync(path, TestServer.Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
