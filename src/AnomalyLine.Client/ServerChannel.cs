using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AnomalyLine.Imaging;
using Grpc.Net.Client;

namespace AnomalyLine.Client;

/// <summary>The way to a server.</summary>
public static class ServerChannel
{
    public static GrpcChannel Open(ServerAddress server) => GrpcChannel.ForAddress(server.Uri, new GrpcChannelOptions
    {
        MaxReceiveMessageSize = Frame.MaxBytes + (1024 * 1024),
        MaxSendMessageSize = Frame.MaxBytes + (1024 * 1024),
        HttpHandler = new Named(
            new SocketsHttpHandler
            {
                // A peer that vanished without a word is noticed after some seconds instead of never.
                KeepAlivePingDelay = TimeSpan.FromSeconds(5),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
                PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
                SslOptions = Secure(server),
            },
            server),
        DisposeHttpClient = true,
    });

    private static SslClientAuthenticationOptions Secure(ServerAddress server)
    {
        var options = Trust(server.Authority);
        if (server.Certificate is not { } file) return options;
        try
        {
            var (certificate, chain) = (X509Certificate2.CreateFromPemFile(file, server.CertificateKey), new X509Certificate2Collection());
            chain.ImportFromPemFile(file);
            options.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true);
            return options;
        }
        catch (CryptographicException failure)
        {
            throw new CommandException($"{file}: is no certificate with its private key in PEM form ({failure.Message}).");
        }
    }

    /// <summary>Trusts what the system trusts, or this authority alone.</summary>
    /// <exception cref="CommandException">The file is no certificate.</exception>
    public static SslClientAuthenticationOptions Trust(string? authority)
    {
        if (authority is null) return new SslClientAuthenticationOptions();
        try
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPemFile(authority);
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(roots);
            return new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }
        catch (CryptographicException failure)
        {
            throw new CommandException($"{authority}: is no certificate in PEM form ({failure.Message}).");
        }
    }

    /// <summary>Sends the key; and says who calls, for the server's audit where it has nothing better: this system's user.</summary>
    private sealed class Named(HttpMessageHandler inner, ServerAddress server) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.TryAddWithoutValidation("x-user", Environment.UserName);
            if (server.CurrentKey is { } key) request.Headers.TryAddWithoutValidation("authorization", $"Bearer {key}");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
