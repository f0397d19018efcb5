using System.Net;
using System.Text.RegularExpressions;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>What a browser does as far as the sign-in goes: keeps cookies, says that it is one, sends forms with their tokens; follows no redirect by itself.</summary>
internal sealed partial class Browser : IDisposable
{
    private readonly HttpClient _http;

    public Browser(TestServer server, params (string Name, string Value)[] headers)
        : this(server.Http.BaseAddress!, new SocketsHttpHandler(), headers)
    {
    }

    /// <summary>One that calls the server by way of a proxy.</summary>
    public Browser(Uri address, SocketsHttpHandler handler, params (string Name, string Value)[] headers)
    {
        (Cookies, handler.AllowAutoRedirect, handler.UseCookies) = (new CookieContainer(), false, true);
        handler.CookieContainer = Cookies;
        _http = new HttpClient(handler) { BaseAddress = address };
        _http.DefaultRequestHeaders.Add("Sec-Fetch-Site", "none");
        foreach (var (name, value) in headers) _http.DefaultRequestHeaders.Add(name, value);
    }

    public CookieContainer Cookies { get; }

    /// <summary>A page or a redirect: its status, where it leads, its text.</summary>
    public async Task<(HttpStatusCode Status, string Location, string Text)> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(path, TestServer.Cancel);
        return (answer.StatusCode, answer.Headers.Location?.ToString() ?? "", await answer.Content.ReadAsStringAsync(TestServer.Cancel));
    }

    /// <summary>Opens the form's page and sends the form.</summary>
    /// <returns>The status, and where the answer leads, with what the page there says of the form.</returns>
    public Task<(HttpStatusCode Status, string Location)> SendAsync(string page, params (string Name, string Value)[] fields) => SendAsync(page, page.Split('?')[0], fields);

    /// <summary>Sends a form of a page, to another address than the page's.</summary>
    public async Task<(HttpStatusCode Status, string Location)> SendAsync(string page, string address, params (string Name, string Value)[] fields)
    {
        var token = Token().Match((await GetAsync(page)).Text).Groups[1].Value;
        using var form = new FormUrlEncodedContent(fields.Append(("__RequestVerificationToken", token)).Select(field => KeyValuePair.Create(field.Item1, field.Item2)));
        using var answer = await _http.PostAsync(address, form, TestServer.Cancel);
        var leads = answer.Headers.Location?.ToString() ?? "";
        // What the page there says of the form is in a cookie.
        var says = Cookies.GetAllCookies().Any(cookie => cookie.Name.EndsWith("-answer", StringComparison.Ordinal)) ? Alert().Match((await GetAsync(leads)).Text).Groups["text"].Value : "";
        return (answer.StatusCode, Uri.UnescapeDataString(leads) + (says.Length > 0 ? $" says: {WebUtility.HtmlDecode(Tag().Replace(says, ""))}" : ""));
    }

    /// <summary>Signs in.</summary>
    /// <returns>Where the answer leads.</returns>
    public async Task<string> SignInAsync(string name, string password, string address = "/") =>
        (await SendAsync("/sign-in", ("name", name), ("password", password), ("return", address))).Location;

    /// <summary>Signs in as a browser behind a proxy that ends TLS does, whose cookies are only for https.</summary>
    /// <returns>The headers of the answer, and where it leads.</returns>
    public async Task<(System.Net.Http.Headers.HttpResponseHeaders Headers, string Location)> SignInAndKeepHeadersAsync(string name, string password)
    {
        using var page = await _http.GetAsync("/sign-in", TestServer.Cancel);
        var token = Token().Match(await page.Content.ReadAsStringAsync(TestServer.Cancel)).Groups[1].Value;
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["name"] = name, ["password"] = password, ["__RequestVerificationToken"] = token });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in") { Content = form };
        if (page.Headers.TryGetValues("Set-Cookie", out var cookies)) request.Headers.Add("Cookie", string.Join("; ", cookies.Select(cookie => cookie.Split(';')[0])));
        using var answer = await _http.SendAsync(request, TestServer.Cancel);
        return (answer.Headers, answer.Headers.Location?.ToString() ?? "");
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _http.SendAsync(request, TestServer.Cancel);

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("""role="(alert|status)">(?<text>.*?)</(p|section)>""", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Alert();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("""name="__RequestVerificationToken" value="([^"]+)""")]
    private static partial Regex Token();
}
