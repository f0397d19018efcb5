using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>A provider of OpenID Connect on a free loopback port: it signs in everybody at once, with the roles that the test gives, and checks client, secret and PKCE.</summary>
internal sealed class FakeProvider : IAsyncDisposable
{
    private readonly RSA _key = RSA.Create(2048);
    private readonly WebApplication _app;
    private string _nonce = "", _challenge = "";

    private FakeProvider(WebApplication app) => _app = app;

    public string Authority => _app.Urls.First();

    /// <summary>Values of the claim "roles".</summary>
    public string[] Roles { get; set; } = [];

    public static async Task<FakeProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var provider = new FakeProvider(builder.Build());
        provider.Map();
        await provider._app.StartAsync(TestServer.Cancel);
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Dispose();
    }

    private void Map()
    {
        _app.MapGet("/.well-known/openid-configuration", () => Results.Json(new
        {
            issuer = Authority,
            authorization_endpoint = $"{Authority}/authorize",
            token_endpoint = $"{Authority}/token",
            jwks_uri = $"{Authority}/keys",
            response_types_supported = new[] { "code" },
            subject_types_supported = new[] { "public" },
            id_token_signing_alg_values_supported = new[] { "RS256" },
        }));
        _app.MapGet("/keys", () =>
        {
            var key = _key.ExportParameters(includePrivateParameters: false);
            return Results.Json(new { keys = new[] { new { kty = "RSA", use = "sig", kid = "1", alg = "RS256", n = Text(key.Modulus!), e = Text(key.Exponent!) } } });
        });
        _app.MapGet("/authorize", (HttpRequest request) =>
        {
            (_nonce, _challenge) = (request.Query["nonce"].ToString(), request.Query["code_challenge"].ToString());
            return Results.Redirect($"{request.Query["redirect_uri"]}?code=the-code&state={Uri.EscapeDataString(request.Query["state"].ToString())}");
        });
        _app.MapPost("/token", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            var verified = Text(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) == _challenge;
            return form["code"] == "the-code" && form["client_id"] == "line" && form["client_secret"] == "secret" && verified
                ? Results.Json(new { access_token = "none", token_type = "Bearer", expires_in = 60, id_token = Token() })
                : Results.BadRequest(new { error = "invalid_grant" });
        });
    }

    private string Token()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var header = Text(JsonSerializer.SerializeToUtf8Bytes(new { alg = "RS256", typ = "JWT", kid = "1" }));
        var claims = Text(JsonSerializer.SerializeToUtf8Bytes(new { iss = Authority, aud = "line", sub = "7", preferred_username = "carla", roles = Roles, nonce = _nonce, iat = now, nbf = now - 5, exp = now + 60 }));
        return $"{header}.{claims}.{Text(_key.SignData(Encoding.ASCII.GetBytes($"{header}.{claims}"), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Text(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
