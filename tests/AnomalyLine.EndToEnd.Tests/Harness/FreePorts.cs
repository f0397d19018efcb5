using System.Net;
using System.Net.Sockets;

namespace AnomalyLine.EndToEnd.Tests.Harness;

/// <summary>Ports that nobody listens on, below those that the system gives to outgoing connections: they stay free while a server is down.</summary>
internal static class FreePorts
{
    private const int First = 21_000;
    private const int Count = 11_000;

    public static int[] Take(int count)
    {
        var ports = new HashSet<int>();
        while (ports.Count < count)
        {
            var port = First + Random.Shared.Next(Count);
            if (IsFree(port)) ports.Add(port);
        }

        return [.. ports];
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
