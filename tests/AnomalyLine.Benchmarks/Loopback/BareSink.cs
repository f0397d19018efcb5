using System.Net;
using System.Net.Sockets;

namespace AnomalyLine.Benchmarks.Loopback;

/// <summary>What a server does at the very least: reads each frame into a buffer and answers eight bytes.</summary>
internal sealed class BareSink : IDisposable
{
    public const int AnswerBytes = 8;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public BareSink()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception ended) when (ended is ObjectDisposedException or SocketException)
        {
            // The end of the benchmark.
        }
    }

    private static async Task ServeAsync(Socket socket)
    {
        using var owned = socket;
        socket.NoDelay = true;
        using var stream = new NetworkStream(socket);
        var answer = new byte[AnswerBytes];
        await stream.ReadExactlyAsync(answer.AsMemory(0, sizeof(int)));
        var frame = new byte[BitConverter.ToInt32(answer)];
        while (await stream.ReadAtLeastAsync(frame, frame.Length, throwOnEndOfStream: false) == frame.Length) await stream.WriteAsync(answer);
    }
}
