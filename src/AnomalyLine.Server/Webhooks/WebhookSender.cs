using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Webhooks;

/// <summary>
/// Posts signed events (Standard Webhooks 1.0) to one receiver, and to nobody else: no redirects, no proxies, no addresses that it cannot have.
/// </summary>
internal sealed class WebhookSender : IDisposable
{
    private readonly WebhookOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public WebhookSender(WebhookOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = ConnectAsync,
        };
        if (options.Authority is { } authority)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(PemFiles.Certificates(authority));
        }

        _http = new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Posts an event.</summary>
    /// <param name="id">What it is known by, without dots; the same when it is sent again.</param>
    /// <param name="body">JSON.</param>
    /// <param name="stopping">Ends it.</param>
    /// <returns>Null where the receiver has it (any 2xx); else why not, and how long it asks to wait.</returns>
    /// <exception cref="HttpRequestException">It cannot be reached.</exception>
    public async Task<Refusal?> SendAsync(string id, string body, CancellationToken stopping)
    {
        var seconds = _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, _options.Url)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("AnomalyLine", null));
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", seconds);
        request.Headers.Add("webhook-signature", string.Join(' ', _options.ReadSecrets().Select(secret => Sign(secret, id, seconds, body))));
        using var patience = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, patience.Token);
        try
        {
            // What it answers beside the status is of no interest, however much it is.
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (answer.IsSuccessStatusCode) return null;
            return new Refusal($"it answered {(int)answer.StatusCode}", answer.Headers.RetryAfter?.Delta ?? TimeSpan.Zero);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return new Refusal($"no answer within {_options.Timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s", TimeSpan.Zero);
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A signature: the scheme's version, and HMAC-SHA-256 over id, time and body.</summary>
    private static string Sign(byte[] secret, string id, string seconds, string body) =>
        $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{id}.{seconds}.{body}")))}";

    /// <summary>
    /// Connects to an address of the receiver's name that may be called; the name is asked for its addresses here alone, so that it cannot change its mind.
    /// </summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await Dns.GetHostAddressesAsync(host, cancel);
        var allowed = addresses.Where(address => WebhookOptions.MayBeCalled(address, _options.IsLocal)).ToArray();
        if (allowed.Length == 0) throw new HttpRequestException($"{host} leads to {string.Join<IPAddress>(", ", addresses)}, which may not be called");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
        };
        try
        {
            await socket.ConnectAsync(allowed, port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Why an event was not taken.</summary>
    /// <param name="Reason">In words.</param>
    /// <param name="Asked">How long the receiver asks to wait; zero where it does not say.</param>
    internal sealed record Refusal(string Reason, TimeSpan Asked);
}
