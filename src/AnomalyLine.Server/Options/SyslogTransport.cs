namespace AnomalyLine.Server.Options;

/// <summary>How messages reach a collector of syslog.</summary>
internal enum SyslogTransport
{
    /// <summary>TLS (RFC 5425).</summary>
    Tls,

    /// <summary>TCP, with the same framing (RFC 6587): readable on the network, and changeable.</summary>
    Tcp,

    /// <summary>UDP (RFC 5426): readable, and what is lost on the way is lost.</summary>
    Udp,
}
