using System.Globalization;
using System.Text;
using System.Text.Json;
using AnomalyLine.Management.Signing;
using Microsoft.EntityFrameworkCore;

namespace AnomalyLine.Management.Audit;

/// <summary>
/// Where the audit was cut because its first entries were old enough: an entry of the audit itself says up to which number and hash, signed with the server's key. A chain that begins behind
/// the number of such an entry, and follows from its hash, is whole; one that begins elsewhere is not. Who has rights on the database alone cannot make one. Any thread.
/// </summary>
/// <param name="dataFolder">The data folder, which has the key.</param>
/// <param name="signers">Whose signatures count.</param>
public sealed class AuditCuts(string dataFolder, TrustedSigners signers)
{
    /// <summary>The action of an entry that says of a cut.</summary>
    public const string Action = "audit.cut";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    /// <summary>What an entry says of a cut.</summary>
    /// <param name="through">The number of the last entry that goes.</param>
    /// <param name="hash">Its hash.</param>
    /// <exception cref="IOException">The key can be neither read nor written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    /// <exception cref="SignatureException">The file of the key is none.</exception>
    internal object Sign(long through, string hash)
    {
        using var key = SigningKey.Open(dataFolder);
        return new Cut(through, hash, key.SignAs(Signed(through, hash)));
    }

    /// <summary>Why a chain that begins behind entry <paramref name="through"/> is not whole; null where a cut there is signed by somebody who is trusted.</summary>
    /// <param name="entries">The entries that are there.</param>
    /// <param name="through">Number of the last entry that is not there.</param>
    /// <param name="hash">Its hash, as the entry behind it has it.</param>
    /// <param name="cancellation">Stops reading.</param>
    internal async Task<string?> FindFaultAsync(IQueryable<AuditEntry> entries, long through, string hash, CancellationToken cancellation)
    {
        var missing = through == 1 ? "entry 1 is missing" : string.Create(CultureInfo.InvariantCulture, $"entries 1 to {through} are missing");
        try
        {
            var untrusted = "";
            foreach (var text in await entries.Where(entry => entry.Action == Action).OrderBy(entry => entry.Sequence).Select(entry => entry.NewValue).ToListAsync(cancellation))
            {
                if (Read(text) is not { } cut || cut.Through != through || cut.Hash != hash) continue;
                if (SigningKey.SignerOf(Signed(through, hash), cut.Signature.PublicKey, cut.Signature.Value) is not { } signer) untrusted = "the signature of the cut there is not its own";
                else if (signers.NameOf(signer) is null) untrusted = $"the cut there was signed by {signer}, whom this server does not trust";
                else return null;
            }

            return $"{missing}, and {(untrusted.Length > 0 ? untrusted : "no cut there is signed")}";
        }
        catch (SignatureException unreadable)
        {
            return $"{missing}, and whose cuts are trusted is not known: {unreadable.Message.TrimEnd('.')}";
        }
    }

    private static Cut? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Cut>(text, s_json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[] Signed(long through, string hash) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"audit.cut:{through}:{hash}"));

    private sealed record Cut(long Through, string Hash, Signature Signature);
}
