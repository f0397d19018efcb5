namespace AnomalyLine.Management.Backup;

/// <summary>Who made a backup: the entry before its manifest.</summary>
/// <param name="PublicKey">Their public key, PEM.</param>
/// <param name="Signature">Over the bytes of the manifest, which names the sum of every file; DER in base64.</param>
internal sealed record BackupSignature(string PublicKey, byte[] Signature)
{
    /// <summary>Its name in the archive.</summary>
    public const string Name = "manifest.sig";
}
