namespace AnomalyLine.Cli;

/// <summary>Where a server is, and what lets this program in.</summary>
/// <param name="Uri">Its gRPC address.</param>
/// <param name="Key">The key to send; null for none, which does on the server's own machine.</param>
/// <param name="Authority">File of the authority (PEM) that the server's certificate is from, where the system does not know it; null for none.</param>
internal sealed record ServerAddress(Uri Uri, string? Key, string? Authority)
{
    /// <summary>For people, as --help shows a default: the address, and never the key.</summary>
    public override string ToString() => Uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
}
