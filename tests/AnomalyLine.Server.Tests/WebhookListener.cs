using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;

namespace AnomalyLine.Server.Tests;

/// <summary>A receiver of webhooks that reads HTTP by hand, on a port of this machine that stays the same when it is killed and comes back.</summary>
internal sealed class WebhookListener : IAsyncDisposable
{
    private readonly Channel<Received> _received = Channel.CreateUnbounded<Received>();
    private readonly List<TcpClient> _clients = [];
    private CancellationTokenSource? _running;
    private TcpListener? _listener;

    private readonly X509Certificate2? _certificate;

    /// <summary>A running one.</summary>
    /// <param name="certificate">Its certificate with the key; null: it speaks no TLS.</param>
    public WebhookListener(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        Start();
    }

    public int Port { get; } = TestPort.Next();

    /// <summary>What it answers to an event, from the status on.</summary>
    public Func<Received, string> Answer { get; set; } = _ => "204 No Content\r\n";

    /// <summary>The next event, whatever it was answered.</summary>
    public async Task<Received> NextAsync() => await _received.Reader.ReadAsync(TestServer.Cancel);

    /// <summary>Whether there is one.</summary>
    public bool HasReceived => _received.Reader.TryPeek(out _);

    public void Start()
    {
        _running = new CancellationTokenSource();
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _ = AcceptAsync(_listener, _running.Token);
    }

    /// <summary>Is gone: its port refuses connections, and those that were open break.</summary>
    public async Task KillAsync()
    {
        await _running!.CancelAsync();
        _listener!.Dispose();
        lock (_clients) _clients.ForEach(client => client.Dispose());
        _running.Dispose();
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private async Task AcceptAsync(TcpListener listener, CancellationToken end)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(end);
                lock (_clients) _clients.Add(client);
                _ = ServeAsync(client.GetStream(), end);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // It was killed.
        }
    }

    private async Task ServeAsync(NetworkStream network, CancellationToken end)
    {
        try
        {
            var stream = await SecureAsync(network);
            using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
            while (await reader.ReadLineAsync(end) is { } request)
            {
                var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                while (await reader.ReadLineAsync(end) is { Length: > 0 } line)
                {
                    var colon = line.IndexOf(':', StringComparison.Ordinal);
                    headers[line[..colon]] = line[(colon + 1)..].Trim();
                }

                var body = new char[int.Parse(headers["Content-Length"], CultureInfo.InvariantCulture)];
                await reader.ReadBlockAsync(body, end);
                var received = new Received(request, headers, new string(body));
                var answer = Answer(received);
                _received.Writer.TryWrite(received);
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {answer}Content-Length: 0\r\n\r\n"), end);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or ObjectDisposedException or AuthenticationException)
        {
            // One of the two is gone.
        }
    }

    private async Task<Stream> SecureAsync(NetworkStream network)
    {
        if (_certificate is null) return network;
        var secure = new SslStream(network);
        await secure.AuthenticateAsServerAsync(_certificate);
        return secure;
    }

    /// <summary>A request.</summary>
    internal sealed record Received(string Request, IReadOnlyDictionary<string, string> Headers, string Body)
    {
        public string Id => Headers["webhook-id"];
    }
}
