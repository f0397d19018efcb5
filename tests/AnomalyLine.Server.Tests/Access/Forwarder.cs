using System.Net;
using System.Net.Sockets;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>Hands on bytes to a port of this machine and adds nothing, as socat, ssh -L, stunnel and HAProxy in mode tcp do: to the server each caller comes from loopback.</summary>
internal sealed class Forwarder : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    public Forwarder(int port)
    {
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync(port);
    }

    public Uri Address { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync(int port)
    {
        var connections = new List<Task>();
        try
        {
            while (true) connections.Add(PassAsync(await _listener.AcceptTcpClientAsync(_stop.Token), port));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task PassAsync(TcpClient outside, int port)
    {
        using var inside = new TcpClient();
        using (outside)
        {
            try
            {
                await inside.ConnectAsync(IPAddress.Loopback, port, _stop.Token);
                await Task.WhenAny(outside.GetStream().CopyToAsync(inside.GetStream(), _stop.Token), inside.GetStream().CopyToAsync(outside.GetStream(), _stop.Token));
            }
            catch (Exception gone) when (gone is OperationCanceledException or IOException or SocketException)
            {
                // One side has gone.
            }
        }
    }
}
