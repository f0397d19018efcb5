using System.Net;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.Options;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace AnomalyLine.Server;

/// <summary>The two ports, with TLS where it is set up, and flow control wide enough for camera frames (measured: a frame of 1 MB stalls in the default windows).</summary>
internal static class KestrelSetup
{
    private const int StreamWindowBytes = 8 * 1024 * 1024;
    private const int ConnectionWindowBytes = 16 * 1024 * 1024;

    public static void UseLinePorts(this ConfigureWebHostBuilder webHost, AnomalyLineOptions options)
    {
        var gate = new ConnectionGate(options.Limits.StrangerConnections);
        // Asking first whether there is anything to read costs a system call for each block of a frame; it would save one block for each idle connection.
        webHost.UseSockets(sockets => sockets.WaitForDataBeforeAllocatingBuffer = false);
        webHost.ConfigureKestrel(kestrel =>
        {
            var address = IPAddress.Parse(options.BindAddress);
            kestrel.AddServerHeader = false;
            kestrel.Limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
            kestrel.Limits.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
            kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
            kestrel.Limits.Http2.MaxStreamsPerConnection = options.Limits.CallsPerConnection;
            kestrel.Limits.MaxConcurrentConnections = kestrel.Limits.MaxConcurrentUpgradedConnections = options.Limits.Connections;
            // A body that comes slower than Kestrel's least rate ends its request; the streams of gRPC may be silent.
            kestrel.Limits.MaxRequestBodySize = CallRule.UsualMostBytes;
            var files = options.Tls.Enabled ? kestrel.ApplicationServices.GetRequiredService<TlsFiles>() : null;
            kestrel.Listen(address, options.HttpPort, listen => Configure(listen, HttpProtocols.Http1, files, options.Tls.ClientCertificates is ClientCertificates.All));
            kestrel.Listen(address, options.GrpcPort, listen => Configure(listen, HttpProtocols.Http2, files, options.Tls.ClientCertificates is not ClientCertificates.Off));
        });

        void Configure(ListenOptions listen, HttpProtocols protocols, TlsFiles? files, bool withClients)
        {
            listen.Protocols = protocols;
            listen.Use(next => connection => gate.RunAsync(connection, next));
            if (files is not null) listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = context => ValueTask.FromResult(files.Begin(context, withClients)) });
        }
    }
}
