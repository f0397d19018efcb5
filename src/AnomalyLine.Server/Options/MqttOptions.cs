using System.Security.Cryptography;

namespace AnomalyLine.Server.Options;

/// <summary>How results are published over MQTT. Section "AnomalyLine:Mqtt".</summary>
internal sealed record MqttOptions
{
    private static readonly char[] s_wildcards = ['+', '#', '/', '\0'];

    /// <summary>Name or address of the broker. Default none: nothing is published.</summary>
    public string? Host { get; init; }

    /// <summary>Its port, 1..65535. Default 8883 with TLS, 1883 without.</summary>
    public int? Port { get; init; }

    /// <summary>Whether the connection has TLS. Default true.</summary>
    public bool Tls { get; init; } = true;

    /// <summary>The authority that the broker's certificate must come from, PEM; default: those that this machine trusts.</summary>
    public string? Authority { get; init; }

    /// <summary>User at the broker; default: none.</summary>
    public string? User { get; init; }

    /// <summary>File with the user's password in its first line.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>Name of this line at the broker: its client id begins with it, and it is the edge node of Sparkplug. Default "line".</summary>
    public string Name { get; init; } = "line";

    /// <summary>Whether results are published as JSON. Default true.</summary>
    public bool Json { get; init; } = true;

    /// <summary>What the topics of JSON begin with. Default "anomalyline".</summary>
    public string TopicPrefix { get; init; } = "anomalyline";

    /// <summary>Whether results are published as Sparkplug B. Default false.</summary>
    public bool Sparkplug { get; init; }

    /// <summary>Group of Sparkplug. Default "AnomalyLine".</summary>
    public string SparkplugGroup { get; init; } = "AnomalyLine";

    /// <summary>Whether there is a broker.</summary>
    public bool Enabled => !string.IsNullOrWhiteSpace(Host);

    /// <summary>The port that is used.</summary>
    public int UsedPort => Port ?? (Tls ? 8883 : 1883);

    /// <summary>The user's password; empty without a file.</summary>
    public string ReadPassword() => PasswordFile is null ? "" : File.ReadLines(PasswordFile).FirstOrDefault() ?? "";

    /// <summary>Everything that is wrong, one message each with the option's name; empty where nothing is.</summary>
    public IEnumerable<string> Validate()
    {
        if (!Enabled) yield break;
        if (UsedPort is < 1 or > 65535) yield return $"Port is {UsedPort}; use 1..65535.";
        if (!Json && !Sparkplug) yield return "Json and Sparkplug are both off; turn one on, or leave Host out.";
        if (!IsLevel(Name)) yield return $"Name is \"{Name}\"; use a name without '/', '+' and '#'.";
        if (!IsLevel(SparkplugGroup)) yield return $"SparkplugGroup is \"{SparkplugGroup}\"; use a name without '/', '+' and '#'.";
        if (TopicPrefix.Split('/').Any(level => !IsLevel(level))) yield return $"TopicPrefix is \"{TopicPrefix}\"; use names with '/' between them, without '+' and '#'.";
        if (PasswordFile is not null && User is null) yield return "PasswordFile needs a User; set both.";
        if (!Tls && User is not null && !IsLocal) yield return $"User would send the password readable to {Host}; set Tls=true.";
        if (TryRead() is { } unreadable) yield return unreadable;
    }

    private bool IsLocal => Host is "localhost" or "127.0.0.1" or "::1";

    private static bool IsLevel(string name) => name.Length > 0 && name.IndexOfAny(s_wildcards) < 0;

    private string? TryRead()
    {
        try
        {
            _ = ReadPassword();
            if (Authority is not null) PemFiles.Certificates(Authority);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return $"PasswordFile or Authority cannot be read: {failure.Message}";
        }
    }
}
