using AnomalyLine.Inspection;

namespace AnomalyLine.Management.Access;

/// <summary>
/// A file with one account a line (NAME:ROLE:SECRET; empty lines and # comments stay as they are), written atomically and readable by its owner alone. A change by another program is seen
/// within a second; a file with a wrong line changes nothing, and the accounts from before it stay. Any thread.
/// </summary>
/// <param name="path">The file; it need not exist.</param>
/// <param name="check">What is wrong with an account beside its form; null for nothing.</param>
/// <param name="time">Clock.</param>
/// <param name="seen">File of the accounts as they were last known; null where nobody asks for the edits of other programs.</param>
internal sealed class AccountFile(string path, Func<Account, string?> check, TimeProvider time, string? seen = null)
{
    private readonly SeenAccounts? _seen = seen is null ? null : new SeenAccounts(seen);
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);
    private readonly Lock _changing = new();
    private volatile State _state = new([], "", default, 0, 0);
    private long _looked;
    private bool _hasLooked;

    /// <summary>Where it is.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Whether it is there, whatever it holds.</summary>
    public bool Exists => File.Exists(Path);

    /// <summary>All accounts in order of the file, as they are now or were a second ago.</summary>
    public IReadOnlyList<Account> Accounts => Look().Accounts;

    /// <summary>What is wrong with the file, all of it; empty where nothing is.</summary>
    public string Fault => Look().Fault;

    /// <summary>Another number after each change.</summary>
    public int Version => Look().Version;

    /// <summary>The account of this name.</summary>
    public Account? Find(string name) => Accounts.FirstOrDefault(account => string.Equals(account.Name, name, StringComparison.Ordinal));

    /// <summary>Changes the file.</summary>
    /// <param name="change">Gets the accounts; gives the one that is put in the place of that of its name, or at the end, or an error. With <c>Remove</c> it is taken out.</param>
    public Outcome<Account> Change(Func<IReadOnlyList<Account>, Outcome<(Account Account, bool Remove)>> change)
    {
        lock (_changing)
        {
            Read();
            if (_state.Fault.Length > 0) return new LineError(LineErrorCode.AccountsUnusable, $"{_state.Fault} Correct the file first; nothing was changed.");
            if (!change(_state.Accounts).TryGet(out var decided, out var error)) return error;
            try
            {
                Write(decided.Account, decided.Remove);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                return new LineError(LineErrorCode.AccountsUnusable, $"{Path} cannot be written: {failure.Message}");
            }

            Read();
            try
            {
                _seen?.Know(decided.Account.Name, decided.Remove ? "" : SeenAccounts.Describe(decided.Account));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // The change holds, and is known in memory; whoever asks for edits next writes it, or says why that fails.
            }

            return decided.Account;
        }
    }

    /// <summary>What other programs changed since <see cref="Know"/>.</summary>
    /// <exception cref="IOException">What is known cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public IReadOnlyList<AccountEdit> Edits()
    {
        var state = Look();
        lock (_changing) return _seen is null || state.Fault.Length > 0 || state != _state ? [] : _seen.Edits(state.Accounts);
    }

    /// <summary>An edit is known now.</summary>
    /// <exception cref="IOException">That cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void Know(AccountEdit edit)
    {
        lock (_changing) _seen?.Know(edit.Name, edit.Now);
    }

    private void Write(Account account, bool remove)
    {
        var lines = Exists ? File.ReadAllLines(Path).ToList() : [];
        var at = lines.FindIndex(line => line.StartsWith(account.Name + ":", StringComparison.Ordinal));
        if (remove) lines.RemoveAt(at);
        else if (at >= 0) lines[at] = account.ToString();
        else lines.Add(account.ToString());
        PrivateFile.Write(Path, System.Text.Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));
    }

    private State Look()
    {
        if (_hasLooked && time.GetElapsedTime(Volatile.Read(ref _looked)) < s_period) return _state;
        lock (_changing)
        {
            if (_hasLooked && time.GetElapsedTime(_looked) < s_period) return _state;
            var file = new FileInfo(Path);
            if (!_hasLooked || (file.Exists ? file.LastWriteTimeUtc : default) != _state.Written || (file.Exists ? file.Length : 0) != _state.Length) Read();
            Volatile.Write(ref _looked, time.GetTimestamp());
            _hasLooked = true;
            return _state;
        }
    }

    private void Read()
    {
        var file = new FileInfo(Path);
        var (written, length) = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
        try
        {
            var (accounts, errors) = Parse(file.Exists ? File.ReadAllLines(Path) : []);
            // At the first reading there are none from before: those that are good are let in.
            var kept = errors.Count == 0 || !_hasLooked ? accounts : _state.Accounts;
            _state = new State(kept, errors.Count == 0 ? "" : $"{Path}: {string.Join("; ", errors)}.", written, length, _state.Version + 1);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _state = _state with { Fault = $"{Path} cannot be read: {failure.Message}", Written = written, Length = length, Version = _state.Version + 1 };
        }
    }

    private (List<Account> Accounts, List<string> Errors) Parse(string[] lines)
    {
        var (accounts, errors) = (new List<Account>(), new List<string>());
        foreach (var (index, line) in lines.Index())
        {
            if (line.Trim().Length == 0 || line.StartsWith('#')) continue;
            Account? account = null;
            var error = line.Split(':', 3) is not [var name, var word, var secret] || name.Length is 0 or > 64 ? "is not NAME:ROLE:HASH"
                : !AccessRoles.TryParse(word, out var role) ? $"\"{word}\" is no role"
                : accounts.Exists(other => other.Name == name) ? $"\"{name}\" is there twice"
                : check(account = new Account(name, role, secret));
            if (error is not null) errors.Add($"line {index + 1}: {error}");
            else accounts.Add(account!);
        }

        return (accounts, errors);
    }

    private sealed record State(IReadOnlyList<Account> Accounts, string Fault, DateTime Written, long Length, int Version);
}
