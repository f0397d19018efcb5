using System.Net;
using System.Net.Sockets;

namespace AnomalyLine.Benchmarks.Loopback;

/// <summary>Sends frames over a bare socket and counts the answers.</summary>
internal sealed class BareCamera(int port, ReadOnlyMemory<byte> frame) : ICamera
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    public async Task<int> RunAsync(int inFlight, TimeSpan time)
    {
        if (!_socket.Connected) await _socket.ConnectAsync(IPAddress.Loopback, port);
        using var stream = new NetworkStream(_socket);
        await stream.WriteAsync(BitConverter.GetBytes(frame.Length));
        using var window = new SemaphoreSlim(inFlight);
        var sent = 0;
        var receiving = ReceiveAsync();
        for (var start = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(start) < time;)
        {
            await window.WaitAsync();
            sent++;
            await stream.WriteAsync(frame);
        }

        for (var i = 0; i < inFlight; i++) await window.WaitAsync();
        _socket.Shutdown(SocketShutdown.Send);
        await receiving;
        return sent;

        async Task ReceiveAsync()
        {
            var answer = new byte[BareSink.AnswerBytes];
            while (await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false) == answer.Length) window.Release();
        }
    }

    public void Dispose() => _socket.Dispose();
}
