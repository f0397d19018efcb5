using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AnomalyLine.Server.Options;

/// <summary>A whole list of revoked certificates of one authority (CertificateList of RFC 5280, section 5.1). Immutable.</summary>
internal sealed class RevocationList
{
    private readonly byte[] _issuer, _signed, _signature;
    private readonly string _algorithm;
    private readonly HashSet<string> _serials;

    private RevocationList(byte[] issuer, byte[] signed, byte[] signature, string algorithm, HashSet<string> serials, DateTimeOffset thisUpdate, DateTimeOffset? nextUpdate)
    {
        (_issuer, _signed, _signature, _algorithm, _serials) = (issuer, signed, signature, algorithm, serials);
        (ThisUpdate, NextUpdate) = (thisUpdate, nextUpdate);
    }

    /// <summary>Whose certificates it is of.</summary>
    public string Issuer => new X500DistinguishedName(_issuer).Name;

    /// <summary>How many are revoked.</summary>
    public int Count => _serials.Count;

    /// <summary>When it was made.</summary>
    public DateTimeOffset ThisUpdate { get; }

    /// <summary>When a newer one should be there; null where it does not say.</summary>
    public DateTimeOffset? NextUpdate { get; }

    /// <summary>Reads a list in DER.</summary>
    /// <exception cref="AsnContentException">It is none.</exception>
    /// <exception cref="CryptographicException">It is of a part of the certificates only, or wants something that this program does not know.</exception>
    public static RevocationList Parse(byte[] der)
    {
        var whole = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
        var signed = whole.PeekEncodedValue().ToArray();
        var list = whole.ReadSequence();
        var algorithm = whole.ReadSequence().ReadObjectIdentifier();
        var signature = whole.ReadBitString(out _);
        whole.ThrowIfNotEmpty();
        if (list.PeekTag().HasSameClassAndValue(Asn1Tag.Integer)) list.ReadInteger();
        list.ReadSequence();
        var issuer = list.ReadEncodedValue().ToArray();
        var thisUpdate = ReadTime(list);
        var nextUpdate = list.HasData && IsTime(list.PeekTag()) ? ReadTime(list) : (DateTimeOffset?)null;
        var serials = new HashSet<string>(StringComparer.Ordinal);
        if (list.HasData && list.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            for (var entries = list.ReadSequence(); entries.HasData;)
            {
                var entry = entries.ReadSequence();
                serials.Add(Convert.ToHexString(entry.ReadIntegerBytes().Span));
                ReadTime(entry);
                if (entry.HasData) RefuseCritical(entry.ReadSequence());
            }
        }

        if (list.HasData) RefuseCritical(list.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence());
        return new RevocationList(issuer, signed, signature, algorithm, serials, thisUpdate, nextUpdate);
    }

    /// <summary>Whether this authority made it.</summary>
    public bool IsSignedBy(X509Certificate2 authority)
    {
        if (!authority.SubjectName.RawData.AsSpan().SequenceEqual(_issuer)) return false;
        using var ecdsa = authority.GetECDsaPublicKey();
        using var rsa = authority.GetRSAPublicKey();
        return (_algorithm, ecdsa, rsa) switch
        {
            ("1.2.840.10045.4.3.2", { } key, _) => key.VerifyData(_signed, _signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence),
            ("1.2.840.10045.4.3.3", { } key, _) => key.VerifyData(_signed, _signature, HashAlgorithmName.SHA384, DSASignatureFormat.Rfc3279DerSequence),
            ("1.2.840.10045.4.3.4", { } key, _) => key.VerifyData(_signed, _signature, HashAlgorithmName.SHA512, DSASignatureFormat.Rfc3279DerSequence),
            ("1.2.840.113549.1.1.11", _, { } key) => key.VerifyData(_signed, _signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            ("1.2.840.113549.1.1.12", _, { } key) => key.VerifyData(_signed, _signature, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1),
            ("1.2.840.113549.1.1.13", _, { } key) => key.VerifyData(_signed, _signature, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
            _ => false,
        };
    }

    /// <summary>Whether it has a certificate of its authority.</summary>
    public bool Has(X509Certificate2 certificate) => _serials.Contains(Convert.ToHexString(certificate.SerialNumberBytes.Span));

    private static bool IsTime(Asn1Tag tag) => tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime);

    private static DateTimeOffset ReadTime(AsnReader reader) => reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    /// <summary>What a list wants to be understood, and this program does not: that it has a part of the certificates or changes of another list only, or those of another authority.</summary>
    private static void RefuseCritical(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            var name = extension.ReadObjectIdentifier();
            if (extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean()) throw new CryptographicException($"it has the critical extension {name}; use a whole list of one authority");
        }
    }
}
