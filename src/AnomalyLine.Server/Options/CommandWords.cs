namespace AnomalyLine.Server.Options;

/// <summary>The words of the server's command line: settings as --AnomalyLine:NAME=VALUE or --AnomalyLine:NAME VALUE, or a question.</summary>
internal static class CommandWords
{
    /// <summary>What the program answers to --help.</summary>
    public const string Usage = """
        AnomalyLine.Server [--AnomalyLine:NAME=VALUE]...
            Runs the server. Settings also come from appsettings.json beside the program and from the environment (AnomalyLine__NAME);
            docs/operations.md lists them. Such as --AnomalyLine:DataFolder=/var/lib/anomalyline --AnomalyLine:HttpPort=8080

        AnomalyLine.Server --demo [--data DIR] [--method METHOD] [--preset PRESET] [--max-minutes M] [--AnomalyLine:NAME=VALUE]...
            Renders parts, trains a model on them, and runs a line of two stations with it, for this machine alone.

        AnomalyLine.Server --help | --version
        """;

    /// <summary>Sections that the server, or the host that it runs in, reads.</summary>
    private static readonly string[] Sections = ["AnomalyLine", "Logging", "environment", "contentRoot"];

    /// <summary>The answer to a question; null where there is none.</summary>
    public static string? Answer(string[] args) =>
        args.Any(word => word is "--help" or "-h" or "-?") ? Usage
        : args.Contains("--version") ? typeof(CommandWords).Assembly.GetName().Version?.ToString(3)
        : null;

    /// <summary>Refuses words that nothing would read: a setting without its section would be left out in silence.</summary>
    /// <param name="args">The command line without --demo and its options.</param>
    /// <exception cref="InvalidOptionsException">There are such words; all of them are named.</exception>
    public static void Check(string[] args)
    {
        var errors = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            var name = args[i].TrimStart('-', '/').Split('=')[0];
            if (!Sections.Contains(name.Split(':')[0], StringComparer.OrdinalIgnoreCase))
                errors.Add($"\"{args[i]}\" is not understood; settings are written as --AnomalyLine:NAME=VALUE, and --help tells more.");
            else if (!args[i].Contains('=', StringComparison.Ordinal))
                i++;
        }

        if (errors.Count > 0) throw new InvalidOptionsException(errors);
    }
}
