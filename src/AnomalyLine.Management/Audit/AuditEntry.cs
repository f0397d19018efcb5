using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AnomalyLine.Management.Audit;

/// <summary>One change: who, what, when, from where, old and new value. Each entry's hash covers the one before it, so that none can be changed or taken out unseen.</summary>
public sealed record AuditEntry
{
    /// <summary>The hash before the first entry: 64 zeros.</summary>
    public static readonly string NoHash = new('0', 64);

    /// <summary>1, 2, 3, … without gaps.</summary>
    public long Sequence { get; init; }

    /// <summary>When (UTC).</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Who: see <see cref="Caller.User"/>; may be empty.</summary>
    public required string User { get; init; }

    /// <summary>From where: the peer's address, or the part of the server that acted by itself.</summary>
    public required string Origin { get; init; }

    /// <summary>What was done, such as "recipe.activate".</summary>
    public required string Action { get; init; }

    /// <summary>What it was done to, such as a station's name.</summary>
    public required string Subject { get; init; }

    /// <summary>The value before, JSON; empty where there was none.</summary>
    public required string OldValue { get; init; }

    /// <summary>The value after, JSON; empty where there is none.</summary>
    public required string NewValue { get; init; }

    /// <summary>Hash of the entry before; <see cref="NoHash"/> for the first.</summary>
    public required string PreviousHash { get; init; }

    /// <summary>SHA-256 of this entry, 64 lower-case hex digits: see <see cref="ComputeHash"/>.</summary>
    public string Hash { get; init; } = "";

    /// <summary>
    /// SHA-256 over all fields but <see cref="Hash"/> in the order above, each as "LENGTH:TEXT," in UTF-8 where LENGTH counts bytes (a netstring);
    /// the time as yyyy-MM-ddTHH:mm:ss.fffffffZ.
    /// </summary>
    public string ComputeHash()
    {
        string[] fields =
        [
            Sequence.ToString(CultureInfo.InvariantCulture), Time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            User, Origin, Action, Subject, OldValue, NewValue, PreviousHash,
        ];
        var text = string.Concat(fields.Select(field => string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(field)}:{field},")));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
