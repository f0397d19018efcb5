using System.Security.Cryptography.X509Certificates;

namespace AnomalyLine.Server.Options;

/// <summary>Files that settings name.</summary>
internal static class PemFiles
{
    /// <summary>The certificates in a PEM file.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">It holds none.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static X509Certificate2Collection Certificates(string file)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(file);
        return certificates;
    }
}
