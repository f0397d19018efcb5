using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using AnomalyLine.Inspection;

namespace AnomalyLine.Management.Access;

/// <summary>
/// The keys of machines (cameras, scripts, a gateway that runs alone): a file of NAME:ROLE:sha256$HASH:DAY, and behind it the <see cref="KeyBounds"/>. A key is 256 random bits, so that its
/// plain hash gives nothing away; the key itself is kept nowhere. In the place of the hash stands a <see cref="CertificateProof"/> where the machine shows a certificate instead. Any thread.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="time">Clock.</param>
/// <param name="seen">File of the accounts as they were last known; null where nobody asks for edits.</param>
public sealed partial class KeyList(string path, TimeProvider time, string? seen = null)
{
    /// <summary>Name of the file in the data folder.</summary>
    public const string FileName = "keys";

    /// <summary>How every key begins, so that people and scanners know one when they see it.</summary>
    public const string Prefix = "alk_";

    private const int KeyBytes = 32;

    private readonly AccountFile _file = new(path, Check, time, seen);

    /// <summary>All keys.</summary>
    public IReadOnlyList<Account> All => _file.Accounts;

    /// <summary>What is wrong with the file; empty where nothing is. The keys from before stay.</summary>
    public string Fault => _file.Fault;

    /// <summary>Another number after each change.</summary>
    public int Version => _file.Version;

    /// <summary>What other programs changed in the file since <see cref="Know"/>, by name; nothing while the file has a fault.</summary>
    /// <exception cref="IOException">What was known cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public IReadOnlyList<AccountEdit> Edits() => _file.Edits();

    /// <summary>An edit is known now.</summary>
    /// <exception cref="IOException">That cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void Know(AccountEdit edit) => _file.Know(edit);

    /// <summary>A new random key, in no list.</summary>
    public static string Generate() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>The key of this name.</summary>
    public Account? Find(string name) => _file.Find(name);

    /// <summary>Whose key this is; null for nobody's.</summary>
    public Account? FindByKey(string key)
    {
        var hash = Hash(key);
        Account? found = null;
        foreach (var account in _file.Accounts)
        {
            // All of them, so that the time taken says nothing.
            if (CryptographicOperations.FixedTimeEquals(HashOf(account), hash)) found = account;
        }

        return found;
    }

    /// <summary>Whom a certificate proves; null for nobody.</summary>
    /// <param name="certificate">What a machine showed.</param>
    /// <param name="isFromAuthority">Whether an authority that is trusted for clients signed it.</param>
    public Account? FindByCertificate(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate, bool isFromAuthority) =>
        _file.Accounts.FirstOrDefault(account => CertificateProof.Of(account)?.Fits(certificate, isFromAuthority) == true);

    /// <summary>Whether a key's last day (UTC) is over.</summary>
    public bool IsExpired(Account key) => KeyBounds.Of(key).LastDay is { } last && DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime) > last;

    /// <summary>The day on which a key was made (UTC).</summary>
    public static string DayOf(Account key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Secret().Match(key.Secret).Groups["day"].Value;
    }

    /// <summary>Makes a key.</summary>
    /// <param name="name">Name of the machine.</param>
    /// <param name="role">What it may do.</param>
    /// <param name="bounds">Where and how long; null for no bounds.</param>
    /// <param name="proof">The certificate that it shows in the place of a key; null for a key.</param>
    /// <returns>Its account, and the key itself, which cannot be shown again, empty for a certificate; or <see cref="LineErrorCode.InvalidAccount"/>, <see cref="LineErrorCode.AccountsUnusable"/>.</returns>
    public Outcome<(Account Account, string Key)> Add(string name, AccessRole role, KeyBounds? bounds = null, CertificateProof? proof = null)
    {
        if (!KeyName().IsMatch(name)) return new LineError(LineErrorCode.InvalidAccount, $"\"{name}\" cannot be a key's name: use 1..64 letters, digits, '.', '_' and '-', the first one a letter or digit.");
        var key = proof is null ? Generate() : "";
        var secret = $"{proof?.ToString() ?? $"sha256${Convert.ToHexStringLower(Hash(key))}"}:{time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}{bounds}";
        var outcome = _file.Change(keys => keys.Any(other => other.Name == name)
            ? new LineError(LineErrorCode.InvalidAccount, $"There is a key \"{name}\" already; revoke it, or choose another name.")
            : proof is not null && keys.FirstOrDefault(other => CertificateProof.Of(other) == proof) is { } there
            ? new LineError(LineErrorCode.InvalidAccount, $"That certificate is \"{there.Name}\" already; revoke it, or show another one.")
            : (new Account(name, role, secret), false));
        return outcome.TryGet(out var account, out var error) ? (account, key) : error;
    }

    /// <summary>Takes a key back: calls with it are refused from now on, and streams with it end.</summary>
    /// <returns>It, or <see cref="LineErrorCode.AccountNotFound"/>, <see cref="LineErrorCode.AccountsUnusable"/>.</returns>
    public Outcome<Account> Revoke(string name) => _file.Change(keys => keys.FirstOrDefault(key => key.Name == name) is { } key
        ? (key, true)
        : new LineError(LineErrorCode.AccountNotFound, $"There is no key \"{name}\"; see the list of keys."));

    /// <summary>SHA-256 of a key.</summary>
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>Of a key; nothing that a key could have for a certificate.</summary>
    private static byte[] HashOf(Account key) => Convert.FromHexString(Secret().Match(key.Secret).Groups["hash"].ValueSpan);

    private static string? Check(Account key) =>
        !Secret().IsMatch(key.Secret) ? $"\"{key.Name}\" has no sha256$HASH:DAY, x509$HASH:DAY or subject$NAME:DAY"
        : KeyBounds.TryParse(Secret().Match(key.Secret).Groups["bounds"].Value, out _, out var error) ? null : $"\"{key.Name}\": {error}";

    [GeneratedRegex("^(sha256\\$(?<hash>[0-9a-f]{64})|x509\\$[0-9a-f]{64}|subject\\$[A-Za-z0-9_-]{1,1024}):(?<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?<bounds>;.*)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Secret();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KeyName();
}
