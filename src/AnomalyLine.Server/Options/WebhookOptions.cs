using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace AnomalyLine.Server.Options;

/// <summary>A receiver of webhooks. Section "AnomalyLine:Webhooks:NAME", a section for each.</summary>
internal sealed partial record WebhookOptions
{
    /// <summary>Least length of a secret, in bytes.</summary>
    public const int LeastSecretBytes = 24;

    private const string SecretPrefix = "whsec_";

    /// <summary>Where events are posted to: https, or http on this machine. Required.</summary>
    public string Url { get; init; } = "";

    /// <summary>
    /// File with the secret that events are signed with, 24 bytes or more; "whsec_" and Base64, or as it is. Required. It is read for each event; while
    /// a second line holds another secret, events are signed with both.
    /// </summary>
    public string SecretFile { get; init; } = "";

    /// <summary>Whether parts that are not OK are told. Default true.</summary>
    public bool Rejects { get; init; } = true;

    /// <summary>Whether alarms are told, of stations and of the server. Default true.</summary>
    public bool Alarms { get; init; } = true;

    /// <summary>The authority that the receiver's certificate must come from, PEM; default: those that this machine trusts.</summary>
    public string? Authority { get; init; }

    /// <summary>How long the receiver has to answer, 1 s..1 min. Default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether the receiver is on this machine, by what the URL says.</summary>
    public bool IsLocal => Uri.TryCreate(Url, UriKind.Absolute, out var uri) && uri.IsLoopback;

    /// <summary>The secrets, at least one.</summary>
    /// <exception cref="InvalidDataException">There is none, or one is too short.</exception>
    public IReadOnlyList<byte[]> ReadSecrets()
    {
        var secrets = File.ReadLines(SecretFile).Select(line => line.Trim()).Where(line => line.Length > 0).Select(Decode).ToList();
        return secrets.Count > 0 && secrets.TrueForAll(secret => secret.Length >= LeastSecretBytes)
            ? secrets
            : throw new InvalidDataException($"{SecretFile} has no secret of {LeastSecretBytes} bytes or more in each line");
    }

    /// <summary>Everything that is wrong, one message each with the option's name; empty where nothing is.</summary>
    /// <param name="name">Name of the section.</param>
    public IEnumerable<string> Validate(string name)
    {
        if (!Name().IsMatch(name)) yield return $"{name} is no name for a webhook; use 1..32 of a-z, 0-9 and '-'.";
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http"))
        {
            yield return $"{name}:Url is \"{Url}\"; use an https address.";
        }
        else
        {
            if (uri.Scheme == "http" && !uri.IsLoopback) yield return $"{name}:Url would send events readable to {uri.Host}; use https.";
            if (uri.UserInfo.Length > 0) yield return $"{name}:Url holds a user; leave it out, events prove themselves by their signature.";
            if (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && !MayBeCalled(address, uri.IsLoopback))
                yield return $"{name}:Url leads to {address}, which is no address of a receiver; use its own.";
        }

        if (!Rejects && !Alarms) yield return $"{name}:Rejects and {name}:Alarms are both off; turn one on, or leave the webhook out.";
        if (Timeout < TimeSpan.FromSeconds(1) || Timeout > TimeSpan.FromMinutes(1))
            yield return $"{name}:Timeout is {Timeout}; use 00:00:01..00:01:00.";
        if (SecretFile.Length == 0) yield return $"{name}:SecretFile is empty; name a file with a secret of {LeastSecretBytes} bytes or more.";
        else if (Problem(() => ReadSecrets()) is { } secret) yield return $"{name}:SecretFile cannot be used: {secret}";
        if (Authority is not null && Problem(() => PemFiles.Certificates(Authority)) is { } authority)
            yield return $"{name}:Authority cannot be read: {authority}";
    }

    /// <summary>
    /// Whether events may go to an address: no address that reaches no single machine, none that only this link has (where cloud machines keep their
    /// credentials), and this machine only where the URL says so.
    /// </summary>
    /// <param name="address">The address.</param>
    /// <param name="isLocal">The URL names this machine.</param>
    public static bool MayBeCalled(IPAddress address, bool isLocal)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address)) return isLocal;
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return !address.IsIPv6LinkLocal && !address.IsIPv6Multicast && !address.Equals(IPAddress.IPv6Any);
        var bytes = address.GetAddressBytes();
        return bytes[0] is not (0 or >= 224) && (bytes[0], bytes[1]) != (169, 254);
    }

    private static byte[] Decode(string line) =>
        line.StartsWith(SecretPrefix, StringComparison.Ordinal) ? Convert.FromBase64String(line[SecretPrefix.Length..]) : Encoding.UTF8.GetBytes(line);

    private static string? Problem(Action use)
    {
        try
        {
            use();
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException
            or ArgumentException or InvalidDataException or FormatException)
        {
            return failure.Message;
        }
    }

    [GeneratedRegex(@"\A[a-z0-9-]{1,32}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
