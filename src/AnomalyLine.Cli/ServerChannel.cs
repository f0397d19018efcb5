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
        HttpHandler = new Named(new SocketsHttpHandler
        {
            // A peer that vanished without a word is noticed after some seconds instead of never.
            KeepAlivePingDelay = TimeSpan.FromSeconds(5),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        }),
        DisposeHttpClient = true,
    });

    /// <summary>Says who calls, for the server's audit: this system's user.</summary>
    private sealed class Named(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.TryAddWithoutValidation("x-user", Environment.UserName);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
