using System.CommandLine;

namespace AnomalyLine.Cli;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json(string description = "Print one JSON object on standard output, and nothing else.") => new("--json") { Description = description };

    public static Option<string> Model() => new("--model") { Description = "The model file (.alm).", Required = true, HelpName = "FILE" };

    public static Option<string> Device() =>
        new Option<string>("--device") { Description = "Where to run: auto (cuda where there is one), cpu or cuda.", DefaultValueFactory = _ => "auto" }.OneOf("auto", "cpu", "cuda");

    public static Option<Uri> Server()
    {
        var option = Address("--server", "gRPC address of the server.", "http://127.0.0.1:8081");
        option.DefaultValueFactory = _ => new Uri("http://127.0.0.1:8081");
        return option;
    }

    /// <summary>The address of a server, http or https.</summary>
    public static Option<Uri> Address(string name, string description, string example) => new(name)
    {
        Description = description,
        HelpName = "ADDRESS",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https") return address;
            result.AddError($"'{text}' is no address of a server; write it like {example}.");
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
