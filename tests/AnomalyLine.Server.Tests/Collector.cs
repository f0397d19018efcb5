using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Tests;

/// <summary>A collector of syslog on a port of this machine that can go away and come back; it keeps what it got.</summary>
internal sealed partial class Collector : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("anomalyline-collector-").FullName;
    private readonly SyslogTransport _transport;
    private readonly X509Certificate2 _certificate;
    private readonly ConcurrentQueue<string> _messages = new();
    private readonly SemaphoreSlim _came = new(0);
    private readonly int _port;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public Collector(SyslogTransport transport = SyslogTransport.Tls)
    {
        _transport = transport;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=collector", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(_folder, "authority.pem"), _certificate.ExportCertificatePem());
        _port = TestPort.Next();
        Start();
    }

    public SyslogOptions Options => new() { Host = "127.0.0.1", Port = _port, Transport = _transport, Authority = _transport is SyslogTransport.Tls ? Path.Combine(_folder, "authority.pem") : null };

    public string[] Settings =>
    [
        "--AnomalyLine:Syslog:Host=127.0.0.1", string.Create(CultureInfo.InvariantCulture, $"--AnomalyLine:Syslog:Port={_port}"), $"--AnomalyLine:Syslog:Transport={_transport}",
        .. Options.Authority is { } authority ? [$"--AnomalyLine:Syslog:Authority={authority}"] : Array.Empty<string>(),
    ];

    /// <summary>What came, twice where it came twice.</summary>
    public IReadOnlyList<string> Messages => [.. _messages];

    /// <summary>Entries of the audit among them by number.</summary>
    public SortedDictionary<long, (ulong Sequence, string Hash, string Previous)> Entries
    {
        get
        {
            var entries = new SortedDictionary<long, (ulong, string, string)>();
            foreach (var found in _messages.Select(message => Entry().Match(message)))
                entries[long.Parse(found.Groups[1].ValueSpan, CultureInfo.InvariantCulture)] = (ulong.Parse(found.Groups[1].ValueSpan, CultureInfo.InvariantCulture), found.Groups[2].Value, found.Groups[3].Value);
            return entries;
        }
    }

    public void Forget() => _messages.Clear();

    /// <summary>Waits until so many entries have come.</summary>
    public async Task UntilAsync(int entries)
    {
        while (Entries.Count < entries)
        {
            if (_running.IsFaulted) await _running;
            await _came.WaitAsync(TestServer.Cancel);
        }
    }

    public void Start()
    {
        _stop = new CancellationTokenSource();
        _running = _transport is SyslogTransport.Udp ? ReceiveAsync(_stop.Token) : AcceptAsync(_stop.Token);
    }

    /// <summary>Closes the port and all connections.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _certificate.Dispose();
        _came.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task AcceptAsync(CancellationToken stop)
    {
        using var listener = new TcpListener(IPAddress.Loopback, _port);
        listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Start();
        var connections = new List<Task>();
        try
        {
            while (true) connections.Add(ReadAsync(await listener.AcceptTcpClientAsync(stop), stop));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ReadAsync(TcpClient client, CancellationToken stop)
    {
        using (client)
        {
            try
            {
                Stream stream = client.GetStream();
                if (_transport is SyslogTransport.Tls)
                {
                    var secure = new SslStream(stream);
                    await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, stop);
                    stream = secure;
                }

                while (true) Keep(await FrameAsync(stream, stop));
            }
            catch (Exception gone) when (gone is OperationCanceledException or IOException or System.Security.Authentication.AuthenticationException)
            {
                // The server went, or this collector.
            }
        }
    }

    /// <summary>Length in digits, a space, and so many bytes (RFC 5425).</summary>
    private static async Task<string> FrameAsync(Stream stream, CancellationToken stop)
    {
        var (length, one) = (0, new byte[1]);
        while (true)
        {
            await stream.ReadExactlyAsync(one, stop);
            if (one[0] == (byte)' ') break;
            Assert.InRange(one[0], (byte)'0', (byte)'9');
            length = (length * 10) + one[0] - '0';
        }

        var message = new byte[length];
        await stream.ReadExactlyAsync(message, stop);
        return Encoding.UTF8.GetString(message);
    }

    private async Task ReceiveAsync(CancellationToken stop)
    {
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, _port));
        while (true) Keep(Encoding.UTF8.GetString((await socket.ReceiveAsync(stop)).Buffer));
    }

    private void Keep(string message)
    {
        _messages.Enqueue(message);
        _came.Release();
    }

    [GeneratedRegex("sequence=\"([0-9]+)\" hash=\"([0-9a-f]{64})\" previous=\"([0-9a-f]{64})\"")]
    private static partial Regex Entry();
}
