using System.CommandLine;
using System.Text.Json;
using AnomalyLine.Imaging;

namespace AnomalyLine.Cli;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json(string description = "Print one JSON object on standard output, and nothing else.") => new("--json") { Description = description };

    public static Option<string> Model() => new("--model") { Description = "The model file (.alm).", Required = true, HelpName = "FILE" };

    public static Option<string> Device() =>
        new Option<string>("--device") { Description = "Where to run: auto (cuda where there is one), cpu or cuda.", DefaultValueFactory = _ => "auto" }.OneOf("auto", "cpu", "cuda");

    /// <summary>A file with the part of the frames that is judged.</summary>
    public static Option<string?> Area(string description) => new("--area")
    {
        Description = $$"""{{description}} JSON, in pixels of the frame: {"region":{"x":0,"y":0,"width":640,"height":480},"leftOut":[{"kind":"rectangle","points":[10,10,90,60]}]}; kinds: rectangle, ellipse, polygon, stroke with a width.""",
        HelpName = "FILE",
    };

    /// <summary>What such a file says; null where none is named.</summary>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public static InspectionArea? ReadArea(string? file)
    {
        if (file is null) return null;
        try
        {
            return InspectionArea.Parse(File.ReadAllText(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{file}: cannot be read ({e.Message}).");
        }
        catch (JsonException e)
        {
            throw new CommandException($"{file}: is no area ({e.Message}); see --area in the help.");
        }
    }

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

    public static Option<ServerAddress> Server() => new("--server")
    {
        Description = $"gRPC address of the server; the variable {ServerVariable} by default, else this machine's.",
        HelpName = "ADDRESS",
        DefaultValueFactory = result =>
        {
            if (Environment.GetEnvironmentVariable(ServerVariable) is not { Length: > 0 } set) return Reach(s_here, result);
            if (TryParseAddress(set, out var address)) return Reach(address, result);
            result.AddError($"{ServerVariable}: {NoAddress(set, s_here.OriginalString)}");
            return Reach(s_here, result);
        },
        CustomParser = result =>
        {
            if (TryParseAddress(result.Tokens[0].Value, out var address)) return Reach(address, result);
            result.AddError(NoAddress(result.Tokens[0].Value, s_here.OriginalString));
            return null;
        },
    };

    private static ServerAddress Reach(Uri address, System.CommandLine.Parsing.ArgumentResult result) =>
        new(address, Text(result, Key, KeyVariable), Text(result, Authority, AuthorityVariable))
        {
            Certificate = Text(result, Certificate, CertificateVariable),
            CertificateKey = Text(result, CertificateKey, CertificateKeyVariable),
        };

    /// <summary>The words themselves: converting them here would fail where the parser is about to say what is wrong with them.</summary>
    private static string? Text(System.CommandLine.Parsing.ArgumentResult result, Option<string?> option, string variable) =>
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

    /// <summary>Lets the option have these values only.</summary>
    public static Option<T> OneOf<T>(this Option<T> option, params string[] values)
        where T : class?
    {
        option.HelpName = string.Join('|', values);
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 0 || values.Contains(result.Tokens[^1].Value, StringComparer.Ordinal)) return;
            result.AddError($"{option.Name} is '{result.Tokens[^1].Value}'; use one of {string.Join(", ", values)}.");
        });
        return option;
    }

    /// <summary>Lets the option have numbers within these limits only.</summary>
    public static Option<T> Within<T>(this Option<T> option, T least, T most)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 0 || !TryGet(result, out T? value)) return;
            if (value is null || Comparer<T>.Default.Compare(value, least) < 0 || Comparer<T>.Default.Compare(value, most) > 0)
                result.AddError($"{option.Name} is {result.Tokens[^1].Value}; it must be {least}..{most}.");
        });
        return option;
    }

    private static bool TryGet<T>(System.CommandLine.Parsing.OptionResult result, out T? value)
    {
        try
        {
            value = result.GetValueOrDefault<T>();
            return true;
        }
        catch (InvalidOperationException)
        {
            // Not of the type at all; the parser has its own message for that.
            value = default;
            return false;
        }
    }
}
