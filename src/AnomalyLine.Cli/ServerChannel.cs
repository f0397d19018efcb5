using AnomalyLine.Vision.Imaging;
using Grpc.Net.Client;

namespace AnomalyLine.Cli;

/// <summary>The way to a server.</summary>
internal static class ServerChannel
{
    public static GrpcChannel Open(Uri address) => GrpcChannel.ForAddress(address, new GrpcChannelOptions
    {
        MaxReceiveMessageSize = Frame.MaxBytes + (1024 * 1024),
        MaxSendMessageSize = Frame.MaxBytes + (1024 * 1024),
        HttpHandler = new SocketsHttpHandler
        {
            // A peer that vanished without a word is noticed after some seconds instead of never.
            KeepAlivePingDelay = TimeSpan.FromSeconds(5),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        },
        DisposeHttpClient = true,
    });
}
