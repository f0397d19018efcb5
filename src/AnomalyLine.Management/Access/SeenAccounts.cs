using System.Security.Cryptography;
using System.Text;

namespace AnomalyLine.Management.Access;

/// <summary>
/// The accounts of a file as the server last knew them, in a file beside its data, so that what other programs change is noticed, also while the server is down. Not thread-safe.
/// </summary>
/// <param name="path">The file; without one the accounts that come first are those that are known.</param>
internal sealed class SeenAccounts(string path)
{
    private Dictionary<string, string>? _known;
    private bool _isKept = true;

    /// <summary>Accounts that are not as they are known, by name.</summary>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public IReadOnlyList<AccountEdit> Edits(IReadOnlyList<Account> accounts)
    {
        var now = accounts.ToDictionary(account => account.Name, Describe, StringComparer.Ordinal);
        if (Read() is not { } known)
        {
            _known = now;
            Write();
            return [];
        }

        if (!_isKept) Write();
        return [.. known.Keys.Union(now.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(name => new AccountEdit(name, known.GetValueOrDefault(name, ""), now.GetValueOrDefault(name, ""))).Where(edit => edit.Before != edit.Now)];
    }

    /// <summary>An account is known as it is now; what else is not known stays so.</summary>
    /// <param name="name">Whose.</param>
    /// <param name="now">How it is, as <see cref="AccountEdit.Now"/>; empty where it is gone.</param>
    /// <exception cref="IOException">The file cannot be written; it is with the next call.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void Know(string name, string now)
    {
        // Before anything is known, all that is there will be.
        if (Read() is not { } known) return;
        if (now.Length > 0) known[name] = now;
        else known.Remove(name);
        Write();
    }

    /// <summary>As <see cref="AccountEdit.Now"/>.</summary>
    public static string Describe(Account account) => $"{account.Role} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(account.Secret)))}";

    private Dictionary<string, string>? Read()
    {
        if (_known is not null || !File.Exists(path)) return _known;
        _known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in File.ReadAllLines(path))
            if (line.Split(':', 2) is [var name, var what]) _known[name] = what;
        return _known;
    }

    private void Write()
    {
        _isKept = false;
        PrivateFile.Write(path, Encoding.UTF8.GetBytes(string.Concat(_known!.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}:{pair.Value}\n"))));
        _isKept = true;
    }
}
