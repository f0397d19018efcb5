using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AnomalyLine.Inspection;

namespace AnomalyLine.Management.Access;

/// <summary>
/// The second factors of users: the file <c>second-factors</c> beside that of the users, JSON, mode 0600, which the gateway does not read. Who has one is said by the file of users; who has one
/// there and none here does not get in. A code is good once, also over a restart: the last one is kept. Any thread.
/// </summary>
/// <param name="path">The file; it need not exist.</param>
/// <param name="time">Clock of the codes.</param>
public sealed class SecondFactorList(string path, TimeProvider time)
{
    /// <summary>Name of the file in the data folder.</summary>
    public const string FileName = "second-factors";

    /// <summary>Recovery codes that are made, each good once.</summary>
    public const int RecoveryCodes = 10;

    private const int RecoveryLength = 10;
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, WriteIndented = true };
    private readonly string _path = Path.GetFullPath(path);
    private readonly Lock _lock = new();

    /// <summary>Gives a user a second factor in the place of the one that they may have.</summary>
    /// <param name="name">The user.</param>
    /// <param name="secret">What their app has.</param>
    /// <param name="code">What it shows: proves that it has it.</param>
    /// <returns>The recovery codes, which are shown this once; <see cref="LineErrorCode.InvalidAccount"/> where the code is wrong; <see cref="LineErrorCode.AccountsUnusable"/>.</returns>
    public Outcome<IReadOnlyList<string>> Set(string name, byte[] secret, string code)
    {
        if (Totp.Match(secret, code, time.GetUtcNow(), last: -1) is not { } step) return new LineError(LineErrorCode.InvalidAccount, "The code is wrong. Check that the clocks of the phone and of the server are right.");
        var codes = Enumerable.Range(0, RecoveryCodes).Select(_ => RandomNumberGenerator.GetString(Alphabet, RecoveryLength)).ToArray();
        var error = Change(all => all[name] = new Factor(secret, step, [.. codes.Select(Hash)]));
        if (error is not null) return error;
        return codes.Select(text => $"{text[..(RecoveryLength / 2)]}-{text[(RecoveryLength / 2)..]}").ToArray();
    }

    /// <summary>Whether this proves the second factor of a user; what was taken once is not taken again.</summary>
    /// <param name="name">The user.</param>
    /// <param name="code">A code of their app, or one of their recovery codes.</param>
    /// <returns>How many recovery codes are left, or <see cref="LineErrorCode.InvalidAccount"/>, <see cref="LineErrorCode.AccountsUnusable"/>.</returns>
    public Outcome<int> Verify(string name, string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        var left = -1;
        var recovery = Hash(string.Concat(code.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit)));
        var error = Change(all =>
        {
            if (all.GetValueOrDefault(name) is not { } factor) return;
            var after = Totp.Match(factor.Secret, code, time.GetUtcNow(), factor.LastStep) is { } step ? factor with { LastStep = step }
                : factor.Recovery.Contains(recovery, StringComparer.Ordinal) ? factor with { Recovery = [.. factor.Recovery.Where(other => other != recovery)] }
                : null;
            if (after is null) return;
            (all[name], left) = (after, after.Recovery.Count);
        });
        if (error is not null) return error;
        return left >= 0 ? left : new LineError(LineErrorCode.InvalidAccount, "The code is wrong, or was used already.");
    }

    /// <summary>Takes the second factor of a user away; nothing where they have none.</summary>
    /// <returns>Null, or <see cref="LineErrorCode.AccountsUnusable"/>.</returns>
    public LineError? Remove(string name) => Change(all => all.Remove(name));

    /// <summary>Reads, changes and writes what became another, before anybody is told that it did.</summary>
    private LineError? Change(Action<Dictionary<string, Factor>> change)
    {
        lock (_lock)
        {
            try
            {
                var text = File.Exists(_path) ? File.ReadAllBytes(_path) : "{}"u8.ToArray();
                var all = JsonSerializer.Deserialize<Dictionary<string, Factor>>(text, s_json) ?? [];
                change(all);
                var changed = JsonSerializer.SerializeToUtf8Bytes(all, s_json);
                if (!changed.AsSpan().SequenceEqual(text)) PrivateFile.Write(_path, changed);
                return null;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
            {
                return new LineError(LineErrorCode.AccountsUnusable, $"{_path} cannot be read or written, so that nobody with a second factor gets in: {failure.Message}");
            }
        }
    }

    private static string Hash(string code) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(code)));

    /// <param name="Secret">What the app has.</param>
    /// <param name="LastStep">Number of the last code that was taken.</param>
    /// <param name="Recovery">SHA-256 of those recovery codes that are left: 49 random bits each, and every guess at one is slowed down.</param>
    private sealed record Factor(byte[] Secret, long LastStep, IReadOnlyList<string> Recovery);
}
