using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AnomalyLine.Server.Options;

/// <summary>
/// Lists of revoked certificates (RFC 5280, section 5), in a file that the plant's authority writes. A list counts for the certificates of the authority that signed it; certificates of an authority
/// without a list prove nothing. A list that is past its next update counts on, as a line that stands still is no answer to a list that came late; see <see cref="DueAt"/>. Immutable.
/// </summary>
internal sealed class RevocationLists
{
    private const string Label = "X509 CRL";

    private readonly IReadOnlyList<RevocationList>? _lists;

    private RevocationLists(IReadOnlyList<RevocationList>? lists) => _lists = lists;

    /// <summary>Nobody asks for lists.</summary>
    public static RevocationLists Unasked { get; } = new(null);

    /// <summary>All of them, in order of the file.</summary>
    public IReadOnlyList<RevocationList> All => _lists ?? [];

    /// <summary>When the first of them should be replaced by a newer one; null where none says so.</summary>
    public DateTimeOffset? DueAt => All.Min(list => list.NextUpdate);

    /// <summary>Reads a file: PEM with any number of lists, or one in DER.</summary>
    /// <exception cref="CryptographicException">It is no list, has none, or one that this program cannot judge by.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be read.</exception>
    public static RevocationLists Read(string file)
    {
        var bytes = File.ReadAllBytes(file);
        var text = System.Text.Encoding.ASCII.GetString(bytes);
        var lists = new List<RevocationList>();
        try
        {
            var rest = text.AsSpan();
            while (PemEncoding.TryFind(rest, out var fields))
            {
                if (rest[fields.Label] is Label) lists.Add(RevocationList.Parse(Convert.FromBase64String(rest[fields.Base64Data].ToString())));
                rest = rest[fields.Location.End..];
            }

            if (lists.Count == 0 && !text.Contains("-----BEGIN", StringComparison.Ordinal)) lists.Add(RevocationList.Parse(bytes));
        }
        catch (AsnContentException failure)
        {
            throw new CryptographicException("it is no list of revocation", failure);
        }

        return lists.Count > 0 ? new RevocationLists(lists) : throw new CryptographicException($"it has no list of revocation ({Label})");
    }

    /// <summary>Why a certificate proves nothing; empty where it is on no list that counts for it.</summary>
    /// <param name="path">It, and those that follow up to the authority's own.</param>
    public string FaultOf(IReadOnlyList<X509Certificate2> path)
    {
        if (_lists is null) return "";
        foreach (var (certificate, issuer) in path.Zip(path.Skip(1)))
        {
            if (_lists.Where(list => list.IsSignedBy(issuer)).MaxBy(list => list.ThisUpdate) is not { } list) return $"cannot be looked up: there is no list of revocation of \"{issuer.Subject}\"";
            if (list.Has(certificate)) return certificate == path[0] ? "is on the list of revocation of its authority" : $"comes from \"{certificate.Subject}\", which is on the list of revocation of its authority";
        }

        return "";
    }
}
