using System.Net;
using System.Net.Sockets;

namespace AnomalyLine.Testing;

/// <summary>Ports of this machine for servers under test that close theirs and open it again.</summary>
public static class TestPort
{
    /// <summary>
    /// A port that is free now and that the system gives to no client: below 32768, where Linux's range for outgoing connections begins.
    /// From within that range another connection may take the port while its server is away; even a client that tries again and again meets itself on it
    /// (TCP's simultaneous open), and then neither can ever serve.
    /// </summary>
    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(15_000, 32_000);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
    }
}
