using AnomalyLine.Imaging.Sharing;

namespace AnomalyLine.Client;

/// <summary>Where a server is, and what lets this program in.</summary>
/// <param name="Uri">Its gRPC address.</param>
/// <param name="Key">The key that was given; null for none.</param>
/// <param name="Authority">File of the authority (PEM) that the server's certificate is from, where the system does not know it; null for none.</param>
public sealed record ServerAddress(Uri Uri, string? Key, string? Authority)
{
    /// <summary>File of the certificate (PEM) that proves this program; null for none.</summary>
    public string? Certificate { get; init; }

    /// <summary>File of its private key; null where it is in the same one.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>File that holds the key in the place of <see cref="Key"/>, read again for each call, so that a key can change; null for none.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The key of the server with this port of gRPC on this machine, or null: it changes when that server starts again. Null: there are none.</summary>
    public Func<int, string?>? LocalKey { get; init; }

    /// <summary>The key to send: the one that was given, else the file's, else, without a certificate, that of the server on this machine; null for none.</summary>
    public string? CurrentKey => Key ?? (KeyFile is not null ? ReadKey(KeyFile) : Certificate is null && Uri.IsLoopback ? LocalKey?.Invoke(Uri.Port) : null);

    /// <summary>Whether frames may go through memory that this program shares with a server on its machine. Default true.</summary>
    public bool SharesMemory { get; init; } = true;

    /// <summary>Memory to share with the server for frames of a size; null where it is on another machine, of another account, or takes none.</summary>
    public SharedFrames? OfferMemory(int frameBytes) => SharesMemory && Uri.IsLoopback && frameBytes >= SharedFrames.LeastBytes ? SharedFrames.TryOffer(Uri.Port, frameBytes) : null;

    /// <summary>For people, as --help shows a default: the address, and never the key.</summary>
    public override string ToString() => Uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    /// <summary>A file that is away for a moment (a server that starts writes its own anew) is no key: the call fails, and the next one reads again.</summary>
    private static string? ReadKey(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim() is { Length: > 0 } key ? key : null;
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
