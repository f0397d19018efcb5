using System.Text.RegularExpressions;
using AnomalyLine.Inspection;

namespace AnomalyLine.Management.Access;

/// <summary>
/// The people who may sign in to the console and to OPC UA: a file of NAME:ROLE:HASH, which the OPC UA gateway reads too. A user with "x509" for a hash comes over OPC UA with a certificate
/// only. One with ";totp" behind the hash has a second factor (<see cref="SecondFactorList"/>), and comes over OPC UA with a certificate only, too: a password alone lets nobody in who has one. Any
/// thread.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="time">Clock.</param>
/// <param name="seen">File of the accounts as they were last known; null where nobody asks for edits.</param>
public sealed partial class UserList(string path, TimeProvider time, string? seen = null)
{
    /// <summary>Name of the file in the data folder.</summary>
    public const string FileName = "users";

    /// <summary>The name before; it is used where only that exists.</summary>
    public const string OldFileName = "opcua-users";

    /// <summary>Shortest password, characters.</summary>
    public const int ShortestPassword = 10;

    /// <summary>Longest password, characters.</summary>
    public const int LongestPassword = 128;

    private const string Certificate = "x509", SecondFactor = ";totp";

    /// <summary>What OPC UA calls those without a user.</summary>
    private const string Anonymous = "anonymous";

    private readonly AccountFile _file = new(path, Check, time, seen);

    /// <summary>The file.</summary>
    public string FilePath => _file.Path;

    /// <summary>Whether there is a file of users, whatever it holds.</summary>
    public bool Exists => _file.Exists;

    /// <summary>All users.</summary>
    public IReadOnlyList<Account> All => _file.Accounts;

    /// <summary>What is wrong with the file; empty where nothing is. The users from before stay.</summary>
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

    /// <summary>Where the users of a data folder are.</summary>
    /// <param name="dataFolder">The server's data folder.</param>
    /// <param name="configured">A path from the options; null for none.</param>
    public static string PathIn(string dataFolder, string? configured)
    {
        if (configured is not null) return Path.GetFullPath(configured);
        var (path, old) = (Path.Combine(dataFolder, FileName), Path.Combine(dataFolder, OldFileName));
        return Path.GetFullPath(!File.Exists(path) && File.Exists(old) ? old : path);
    }

    /// <summary>The user of this name.</summary>
    public Account? Find(string name) => _file.Find(name);

    /// <summary>Whether a user signs in with a password, not with a certificate.</summary>
    public static bool HasPassword(Account user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return user.Secret != Certificate;
    }

    /// <summary>Whether a user needs a second factor beside the password.</summary>
    public static bool HasSecondFactor(Account user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return user.Secret.EndsWith(SecondFactor, StringComparison.Ordinal);
    }

    /// <summary>The user, where the password fits. Takes about 0.1 s of a core, also for a name that nobody has.</summary>
    public Account? Verify(string name, string password)
    {
        ArgumentNullException.ThrowIfNull(password);
        var user = Find(name);
        var hash = user is not null && PasswordHash.TryParse(HashOf(user), out var known, out _) ? known : PasswordHash.OfNobody;
        return password.Length <= LongestPassword && hash.Fits(password) ? user : null;
    }

    /// <summary>Adds a user.</summary>
    /// <returns>Them, or <see cref="LineErrorCode.InvalidAccount"/>, <see cref="LineErrorCode.AccountsUnusable"/>.</returns>
    public Outcome<Account> Add(string name, AccessRole role, string password)
    {
        if ((CheckName(name) ?? CheckRole(role) ?? CheckPassword(password)) is { } error) return Invalid(error);
        var hash = PasswordHash.Create(password).ToString();
        return _file.Change(users => users.Any(user => user.Name == name) ? Invalid($"There is a user \"{name}\" already; choose another name.") : (new Account(name, role, hash), false));
    }

    /// <summary>Gives a user another password.</summary>
    /// <returns>Them, or <see cref="LineErrorCode.AccountNotFound"/>, <see cref="LineErrorCode.InvalidAccount"/>, <see cref="LineErrorCode.AccountsUnusable"/>.</returns>
    public Outcome<Account> SetPassword(string name, string password)
    {
        if (CheckPassword(password) is { } error) return Invalid(error);
        var hash = PasswordHash.Create(password).ToString();
        return _file.Change(users => Get(users, name) is { } user ? (user with { Secret = HasSecondFactor(user) ? hash + SecondFactor : hash }, false) : Unknown(name));
    }

    /// <summary>Says whether a user needs a second factor from now on; either way their sessions end.</summary>
    /// <returns>Them, or <see cref="LineErrorCode.AccountNotFound"/>, <see cref="LineErrorCode.InvalidAccount"/>, <see cref="LineErrorCode.AccountsUnusable"/>.</returns>
    public Outcome<Account> SetSecondFactor(string name, bool isNeeded) => _file.Change(users => Get(users, name) is not { } user ? Unknown(name)
        : !HasPassword(user) ? Invalid($"\"{name}\" signs in with a certificate, over OPC UA only; a second factor stands beside a password.")
        : (user with { Secret = isNeeded ? HashOf(user) + SecondFactor : HashOf(user) }, false));

    /// <summary>Gives a user another role.</summary>
    /// <returns>Them, or <see cref="LineErrorCode.AccountNotFound"/>, <see cref="LineErrorCode.InvalidAccount"/>, <see cref="LineErrorCode.AccountsUnusable"/>.</returns>
    public Outcome<Account> SetRole(string name, AccessRole role)
    {
        if (CheckRole(role) is { } error) return Invalid(error);
        return _file.Change(users => Get(users, name) is not { } user ? Unknown(name)
            : role != AccessRole.Administrator && IsLastAdministrator(users, user) ? LastAdministrator(name)
            : (user with { Role = role }, false));
    }

    /// <summary>Takes a user out.</summary>
    /// <returns>Them, or <see cref="LineErrorCode.AccountNotFound"/>, <see cref="LineErrorCode.InvalidAccount"/>, <see cref="LineErrorCode.AccountsUnusable"/>.</returns>
    public Outcome<Account> Remove(string name) =>
        _file.Change(users => Get(users, name) is not { } user ? Unknown(name) : IsLastAdministrator(users, user) ? LastAdministrator(name) : (user, true));

    private static string? Check(Account user) =>
        user.Name == Anonymous ? $"\"{Anonymous}\" is what OPC UA calls those without a user; choose another name"
        : CheckRole(user.Role) is { } error ? error
        : user.Secret == Certificate || PasswordHash.TryParse(HashOf(user), out _, out error) ? null : $"\"{user.Name}\" {error}";

    private static string? CheckName(string name) =>
        !UserName().IsMatch(name) || name == Anonymous ? $"\"{name}\" cannot be a name: use 1..64 letters, digits, spaces, '.', '_', '@' and '-', the first one a letter or digit." : null;

    private static string? CheckRole(AccessRole role) => AccessRoles.OfUsers.Contains(role) ? null : $"{role} is no role of a user; use one of {string.Join(", ", AccessRoles.OfUsers)}.";

    private static string? CheckPassword(string password) =>
        password.Length is < ShortestPassword or > LongestPassword ? $"The password has {password.Length} characters; use {ShortestPassword}..{LongestPassword}."
        : CommonPasswords.Has(password) ? "The password is one that guessers try first; choose another one, such as a few words that have nothing to do with each other." : null;

    private static string HashOf(Account user) => HasSecondFactor(user) ? user.Secret[..^SecondFactor.Length] : user.Secret;

    private static Account? Get(IReadOnlyList<Account> users, string name) => users.FirstOrDefault(user => user.Name == name);

    private static bool IsLastAdministrator(IReadOnlyList<Account> users, Account user) =>
        user.Role == AccessRole.Administrator && !users.Any(other => other.Name != user.Name && other.Role == AccessRole.Administrator && HasPassword(other));

    private static LineError LastAdministrator(string name) => Invalid($"\"{name}\" is the last administrator; make another one first.");

    private static LineError Unknown(string name) => new(LineErrorCode.AccountNotFound, $"There is no user \"{name}\"; see the list of users.");

    private static LineError Invalid(string message) => new(LineErrorCode.InvalidAccount, message);

    [GeneratedRegex(@"^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,63}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UserName();
}
