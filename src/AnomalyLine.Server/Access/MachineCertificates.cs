using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AnomalyLine.Server.Access;

/// <summary>The certificates that machines showed last, since the server started, for an administrator to see: those that let a key in, and those that let nobody in, each up to a bound. Any thread.</summary>
internal sealed class MachineCertificates(TimeProvider time)
{
    private const int MostGood = 1000, MostRefused = 50;
    private readonly Dictionary<(string Thumbprint, bool IsGood), SeenCertificate> _seen = [];
    private readonly Lock _lock = new();

    /// <summary>All, the last seen first.</summary>
    public IReadOnlyList<SeenCertificate> All
    {
        get
        {
            lock (_lock) return [.. _seen.Values.OrderByDescending(seen => seen.Last)];
        }
    }

    /// <summary>A machine called with one.</summary>
    /// <param name="certificate">It.</param>
    /// <param name="key">The key that it is; empty for none.</param>
    /// <param name="fault">Why it lets nobody in; empty where it does.</param>
    /// <param name="address">Where the machine is.</param>
    public void Note(X509Certificate2 certificate, string key, string fault, string address)
    {
        var (id, now) = ((certificate.Thumbprint, fault.Length == 0), time.GetUtcNow());
        lock (_lock)
        {
            if (_seen.TryGetValue(id, out var before) && before.Key == key && before.Fault == fault && before.Address == address)
            {
                _seen[id] = before with { Last = now };
                return;
            }

            var most = id.Item2 ? MostGood : MostRefused;
            if (before is null && _seen.Keys.Count(other => other.IsGood == id.Item2) >= most) _seen.Remove(_seen.Where(pair => pair.Key.IsGood == id.Item2).MinBy(pair => pair.Value.Last).Key);
            _seen[id] = new SeenCertificate(
                certificate.Subject, Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256)), new DateTimeOffset(certificate.NotBefore), new DateTimeOffset(certificate.NotAfter), key, fault, address, now);
        }
    }
}
