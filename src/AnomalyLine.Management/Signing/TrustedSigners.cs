using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;

namespace AnomalyLine.Management.Signing;

/// <summary>
/// Whose signatures a server trusts: the file <c>signers</c> of the data folder, one NAME FINGERPRINT a line. Its own key is there from its first start on, so that what it signed is trusted
/// also after a restore, which gives it another key. Any thread.
/// </summary>
/// <param name="dataFolder">The data folder.</param>
public sealed partial class TrustedSigners(string dataFolder)
{
    /// <summary>Name of the file in the data folder.</summary>
    public const string FileName = "signers";

    private readonly string _path = Path.Combine(Path.GetFullPath(dataFolder), FileName);
    private readonly Lock _lock = new();

    /// <summary>All of them, in order of the file.</summary>
    /// <exception cref="SignatureException">The file cannot be read, or has a wrong line: then nobody is trusted.</exception>
    public IReadOnlyList<Signer> All
    {
        get
        {
            lock (_lock) return Read();
        }
    }

    /// <summary>The name of a trusted key; null where it is not trusted.</summary>
    /// <exception cref="SignatureException">The file cannot be read, or has a wrong line.</exception>
    public string? NameOf(string fingerprint) => All.FirstOrDefault(signer => signer.Fingerprint == fingerprint)?.Name;

    /// <summary>Trusts a key.</summary>
    /// <param name="name">What people call it, 1 to 64 letters, digits, '.', '_' and '-'.</param>
    /// <param name="fingerprint">"SHA256:" and 64 hexadecimal digits.</param>
    /// <returns>It, or <see cref="LineErrorCode.InvalidAccount"/> with what is wrong, <see cref="LineErrorCode.AccountsUnusable"/>.</returns>
    public Outcome<Signer> Trust(string name, string fingerprint)
    {
        ArgumentNullException.ThrowIfNull(fingerprint);
        if (!Word().IsMatch(name)) return Invalid($"\"{name}\" cannot be a signer's name: use 1..64 letters, digits, '.', '_' and '-', the first one a letter or digit.");
        if (!Fingerprint().IsMatch(fingerprint)) return Invalid($"\"{fingerprint}\" is no fingerprint; write it as SHA256: and 64 hexadecimal digits, as the other server's log and 'anomalyline signers list' there show it.");
        return Change(signers => signers.Find(other => other.Name == name || other.Fingerprint == fingerprint) is { } there
            ? Invalid($"\"{there.Name}\" is trusted already, with {there.Fingerprint}.")
            : Added(signers, new Signer(name, fingerprint)));
    }

    /// <summary>Trusts a key no longer: models that it signed are loaded no more where the policy asks for trust.</summary>
    /// <returns>It, or <see cref="LineErrorCode.AccountNotFound"/>, <see cref="LineErrorCode.AccountsUnusable"/>.</returns>
    public Outcome<Signer> Distrust(string name) => Change(signers =>
    {
        if (signers.Find(signer => signer.Name == name) is not { } found) return new LineError(LineErrorCode.AccountNotFound, $"There is no trusted signer \"{name}\"; see the list of signers.");
        signers.Remove(found);
        return found;
    });

    /// <summary>Trusts the server's own key, named by the day where it is new.</summary>
    /// <exception cref="SignatureException">The file cannot be read or written.</exception>
    public void TrustOwn(string fingerprint, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        if (NameOf(fingerprint) is not null) return;
        var day = time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var name = Enumerable.Range(1, int.MaxValue).Select(number => number == 1 ? $"own-{day}" : string.Create(CultureInfo.InvariantCulture, $"own-{day}-{number}")).First(name => All.All(signer => signer.Name != name));
        if (Trust(name, fingerprint).Error is { } error) throw new SignatureException(error.Message);
    }

    private Outcome<Signer> Change(Func<List<Signer>, Outcome<Signer>> change)
    {
        lock (_lock)
        {
            try
            {
                var signers = Read();
                var outcome = change(signers);
                if (outcome.Error is null) PrivateFile.Write(_path, Encoding.UTF8.GetBytes(string.Concat(signers.Select(signer => $"{signer.Name} {signer.Fingerprint}\n"))));
                return outcome;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or SignatureException)
            {
                return new LineError(LineErrorCode.AccountsUnusable, $"{_path} cannot be changed: {failure.Message}");
            }
        }
    }

    private List<Signer> Read()
    {
        try
        {
            if (!File.Exists(_path)) return [];
            return [.. File.ReadAllLines(_path).Where(line => line.Length > 0).Select(line => line.Split(' ') is [var name, var fingerprint] && Word().IsMatch(name) && Fingerprint().IsMatch(fingerprint)
                ? new Signer(name, fingerprint)
                : throw new SignatureException($"{_path}: \"{line}\" is not NAME SHA256:HEX; correct the line."))];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SignatureException($"{_path}: cannot be read: {failure.Message}", failure);
        }
    }

    private static Signer Added(List<Signer> signers, Signer signer)
    {
        signers.Add(signer);
        return signer;
    }

    private static LineError Invalid(string message) => new(LineErrorCode.InvalidAccount, message);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();

    [GeneratedRegex("^SHA256:[0-9a-f]{64}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fingerprint();
}
