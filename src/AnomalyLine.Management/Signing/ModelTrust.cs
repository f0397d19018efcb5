using AnomalyLine.Detection.Models;

namespace AnomalyLine.Management.Signing;

/// <summary>Decides about model files by who signed them, and signs those that the server trained. Any thread.</summary>
/// <param name="dataFolder">The data folder, which has the server's key and its list of trusted ones.</param>
/// <param name="policy">Which files are taken.</param>
/// <param name="signers">Whom the server trusts.</param>
public sealed class ModelTrust(string dataFolder, ModelSignatures policy, TrustedSigners signers)
{
    /// <summary>Which files are taken.</summary>
    public ModelSignatures Policy { get; } = policy;

    /// <summary>Signs a file as the server's own.</summary>
    /// <exception cref="ModelFileException">It is damaged, or the server has no key to sign with.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Sign(string path)
    {
        try
        {
            using var key = SigningKey.Open(dataFolder);
            ModelFile.Sign(path, manifest => key.SignAs(manifest).ToBytes());
        }
        catch (SignatureException failure)
        {
            throw new ModelFileException($"{path}: cannot be signed: {failure.Message}", failure);
        }
    }

    /// <summary>Who signed a file, where it is taken.</summary>
    /// <param name="path">The model file.</param>
    /// <returns>Their fingerprint; empty for nobody.</returns>
    /// <exception cref="ModelFileException">The signature is not that of the file, or is none that the policy takes.</exception>
    public string Check(string path)
    {
        var signer = SignedFile.SignerOfModel(path);
        if (Policy is ModelSignatures.Any || IsTrusted(signer)) return signer;
        throw new ModelFileException(signer.Length == 0
            ? $"{path}: is not signed, and this server loads signed models only (Management:ModelSignatures); sign it with 'anomalyline sign' on a server that this one trusts."
            : $"{path}: was signed by {signer}, whom this server does not trust; an administrator can, with 'anomalyline signers trust NAME {signer}'.");
    }

    /// <summary>What people should know of a signature, behind "the model"; empty where it is trusted.</summary>
    /// <param name="signer">Their fingerprint; empty for nobody.</param>
    /// <exception cref="ModelFileException">The list of trusted signers cannot be read.</exception>
    public string DoubtOf(string signer) => signer.Length == 0 ? "is not signed" : IsTrusted(signer) ? "" : $"was signed by {signer}, whom this server does not trust";

    private bool IsTrusted(string signer)
    {
        try
        {
            return signer.Length > 0 && signers.NameOf(signer) is not null;
        }
        catch (SignatureException failure)
        {
            throw new ModelFileException(failure.Message, failure);
        }
    }
}
