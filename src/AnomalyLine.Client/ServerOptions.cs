using System.CommandLine;

namespace AnomalyLine.Client;

/// <summary>Options by which a program finds its server and is let in.</summary>
public static class ServerOptions
{
    private const string KeyVariable = "ANOMALYLINE_KEY", AuthorityVariable = "ANOMALYLINE_CA", ServerVariable = "ANOMALYLINE_SERVER", CertificateVariable = "ANOMALYLINE_CERT", CertificateKeyVariable = "ANOMALYLINE_CERT_KEY";
    private static readonly Uri s_here = new("http://127.0.0.1:8081");

    /// <summary>The key that the server knows this program by; for all commands.</summary>
    public static Option<string?> Key { get; } = new("--key")
    {
        Description = $"Key for the server, as 'anomalyline keys add' shows it; whoever runs a server on this machine needs none for it. Better in the variable {KeyVariable}, where no list of processes shows it.",
        HelpName = "KEY",
        Recursive = true,
    };

    /// <summary>The authority of the server's certificate; for all commands.</summary>
    public static Option<string?> Authority { get; } = new("--ca")
    {
        Description = $"Certificate (PEM) of the authority that an https server's certificate is from; the variable {AuthorityVariable} by default, else what the system trusts.",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>The certificate that proves this program to the server in the place of a key; for all commands.</summary>
    public static Option<string?> Certificate { get; } = new("--cert")
    {
        Description = $"Certificate (PEM) that an https server knows this program by, in the place of a key; the variable {CertificateVariable} by default. Its authorities may follow in the file.",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>Its private key; for all commands.</summary>
    public static Option<string?> CertificateKey { get; } = new("--cert-key")
    {
        Description = $"Private key (PEM, without a password) of --cert; the variable {CertificateKeyVariable} by default, else it is in the same file.",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>The file of <see cref="Authority"/> that was given, or that the variable names; null for none.</summary>
    public static string? AuthorityOf(System.CommandLine.ParseResult parsed) => Text(parsed.RootCommandResult, Authority, AuthorityVariable);

    /// <summary>The server's address, with what lets this program in.</summary>
    /// <param name="localKey">The key of the server with this port of gRPC on this machine, or null; asked again for each call. Null: there are none.</param>
    public static Option<ServerAddress> Server(Func<int, string?>? localKey) => new("--server")
    {
        Description = $"gRPC address of the server; the variable {ServerVariable} by default, else this machine's.",
        HelpName = "ADDRESS",
        DefaultValueFactory = result =>
        {
            if (Environment.GetEnvironmentVariable(ServerVariable) is not { Length: > 0 } set) return Reach(s_here, localKey, result);
            if (TryParseAddress(set, out var address)) return Reach(address, localKey, result);
            result.AddError($"{ServerVariable}: {NoAddress(set, s_here.OriginalString)}");
            return Reach(s_here, localKey, result);
        },
        CustomParser = result =>
        {
            if (TryParseAddress(result.Tokens[0].Value, out var address)) return Reach(address, localKey, result);
            result.AddError(NoAddress(result.Tokens[0].Value, s_here.OriginalString));
            return null;
        },
    };

    private static ServerAddress Reach(Uri address, Func<int, string?>? localKey, System.CommandLine.Parsing.ArgumentResult result) =>
        new(address, Text(result, Key, KeyVariable), Text(result, Authority, AuthorityVariable))
        {
            Certificate = Text(result, Certificate, CertificateVariable),
            CertificateKey = Text(result, CertificateKey, CertificateKeyVariable),
            LocalKey = localKey,
        };

    /// <summary>The words themselves: converting them here would fail where the parser is about to say what is wrong with them.</summary>
    private static string? Text(System.CommandLine.Parsing.SymbolResult result, Option<string?> option, string variable) =>
        result.GetResult(option)?.Tokens is [.., var last] ? last.Value : Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set ? set : null;

    private static bool TryParseAddress(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address) && address.Scheme is "http" or "https";

    private static string NoAddress(string text, string example) => $"'{text}' is no address of a server; write it like {example}.";

    /// <summary>The address of a server, http or https.</summary>
    public static Option<Uri> Address(string name, string description, string example) => new(name)
    {
        Description = description,
        HelpName = "ADDRESS",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (TryParseAddress(text, out var address)) return address;
            result.AddError(NoAddress(text, example));
            return null;
        },
    };
}
