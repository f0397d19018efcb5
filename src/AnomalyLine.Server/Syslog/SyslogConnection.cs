using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Syslog;

/// <summary>A connection to a collector. One thread at a time.</summary>
internal sealed class SyslogConnection : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private readonly Socket _socket;
    private readonly Stream? _stream;
    private readonly Task _closing;

    private SyslogConnection(Socket socket, Stream? stream)
    {
        (_socket, _stream) = (socket, stream);
        // A collector says nothing: what comes is the end.
        _closing = stream is null ? Task.Delay(Timeout.Infinite) : stream.ReadAsync(new byte[1]).AsTask();
    }

    /// <summary>Connects.</summary>
    /// <exception cref="IOException">There is nobody, or they are not who they must be.</exception>
    public static async Task<SyslogConnection> OpenAsync(SyslogOptions options, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_patience);
        var isUdp = options.Transport is SyslogTransport.Udp;
        var socket = new Socket(isUdp ? SocketType.Dgram : SocketType.Stream, isUdp ? ProtocolType.Udp : ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(options.Host!, options.UsedPort, patience.Token);
            if (isUdp) return new SyslogConnection(socket, null);
            NoticeTheDead(socket);
            var stream = new NetworkStream(socket);
            return new SyslogConnection(socket, options.Transport is SyslogTransport.Tls ? await SecureAsync(stream, options, patience.Token) : stream);
        }
        catch (Exception failure)
        {
            socket.Dispose();
            if (failure is OperationCanceledException && !cancellation.IsCancellationRequested) throw new IOException($"no answer within {s_patience.TotalSeconds} s", failure);
            throw;
        }
    }

    /// <summary>Sends a message, framed by its length where bytes flow (RFC 5425, section 4.3).</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task SendAsync(byte[] message, CancellationToken cancellation)
    {
        Check();
        if (_stream is null)
        {
            await _socket.SendAsync(message, cancellation);
            return;
        }

        byte[] frame = [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{message.Length} ")), .. message];
        await _stream.WriteAsync(frame, cancellation);
        await _stream.FlushAsync(cancellation);
    }

    /// <summary>Whether it is still there.</summary>
    /// <exception cref="IOException">It is not.</exception>
    public void Check()
    {
        if (_closing.IsCompleted) throw new IOException(_closing.Exception?.InnerException?.Message ?? "the collector closed the connection");
    }

    public async ValueTask DisposeAsync()
    {
        if (_stream is not null) await _stream.DisposeAsync();
        _socket.Dispose();
        if (_stream is not null) await _closing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task<Stream> SecureAsync(NetworkStream stream, SyslogOptions options, CancellationToken cancellation)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        if (options.LoadAuthority() is { } authority)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authority);
        }

        var secure = new SslStream(stream);
        try
        {
            await secure.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = options.Host, CertificateChainPolicy = policy, ClientCertificates = options.LoadCertificate() is { } own ? [own] : null }, cancellation);
            return secure;
        }
        catch (System.Security.Authentication.AuthenticationException failure)
        {
            await secure.DisposeAsync();
            throw new IOException(failure.Message, failure);
        }
    }

    /// <summary>A collector that lost its power is noticed in half a minute, whether something is under way to it or not.</summary>
    private static void NoticeTheDead(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 10);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
        if (!OperatingSystem.IsLinux()) return;
        const int Tcp = 6, UserTimeout = 18;
        socket.SetRawSocketOption(Tcp, UserTimeout, BitConverter.GetBytes(30_000));
    }
}
