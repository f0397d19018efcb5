using System.Collections;

namespace AnomalyLine.Server.Options;

/// <summary>Reads and checks the options.</summary>
internal static class OptionsReader
{
    /// <summary>Options that were, and what is in their place.</summary>
    private static readonly Dictionary<string, string> s_gone = new(StringComparer.OrdinalIgnoreCase)
    {
        ["AnomalyLine:Access:TrustLocal"] = "is gone, take it out: no address is trusted any more, and programs on this machine prove themselves by the key in the file local.key of the data folder (docs/operations.md, Who may do what).",
    };

    /// <summary>The options, their paths made absolute.</summary>
    /// <exception cref="InvalidOptionsException">Something is wrong; it has all errors at once, misspelt names included.</exception>
    public static AnomalyLineOptions Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(AnomalyLineOptions.Section);
        var errors = new List<string>();
        var options = new AnomalyLineOptions();
        foreach (var entry in section.GetChildren()) Bind(entry, options, errors);
        options.Line.DataFolder = options.DataFolder;
        errors.AddRange(options.Validate());
        if (errors.Count > 0) throw new InvalidOptionsException(errors);
        var folder = Path.GetFullPath(options.DataFolder);
        options.Line.DataFolder = folder;
        options.Line.Card.CacheFolder = options.Line.Card.CacheFolder.Length == 0 ? Path.Combine(folder, "tensorrt") : Path.GetFullPath(options.Line.Card.CacheFolder);
        return options with { DataFolder = folder };
    }

    /// <summary>Binds one value at a time, so that a value that does not fit hides no other error.</summary>
    private static void Bind(IConfigurationSection entry, object target, List<string> errors)
    {
        var property = target.GetType().GetProperties().FirstOrDefault(p => p.CanWrite && string.Equals(p.Name, entry.Key, StringComparison.OrdinalIgnoreCase));
        if (property is null)
        {
            errors.Add($"{entry.Path} {s_gone.GetValueOrDefault(entry.Path, "is not an option; see the documentation for their names.")}");
            return;
        }

        var sections = property.GetValue(target) as IDictionary;
        var isSection = sections is not null
            || (property.PropertyType is { IsClass: true, Namespace: { } space } && space.StartsWith(nameof(AnomalyLine), StringComparison.Ordinal));
        if (isSection != entry.GetChildren().Any() || (isSection && entry.Value is not null))
        {
            errors.Add(isSection ? $"{entry.Path} is \"{entry.Value}\", but it is a section: name an option in it." : $"{entry.Path} is a section, but it has one value.");
            return;
        }

        if (isSection)
        {
            if (sections is not null) BindNamed(entry, sections, property.PropertyType.GenericTypeArguments[1], errors);
            else foreach (var child in entry.GetChildren()) Bind(child, property.GetValue(target)!, errors);
            return;
        }

        try
        {
            property.SetValue(target, entry.Get(property.PropertyType));
        }
        catch (InvalidOperationException)
        {
            errors.Add($"{entry.Path} is \"{entry.Value}\", which is not {Describe(property.PropertyType)}.");
        }
    }

    /// <summary>Sections that have names of their own.</summary>
    private static void BindNamed(IConfigurationSection entry, IDictionary named, Type type, List<string> errors)
    {
        foreach (var section in entry.GetChildren())
        {
            if (section.Value is not null) errors.Add($"{section.Path} is \"{section.Value}\", but it is a section: name an option in it.");
            named[section.Key] = Activator.CreateInstance(type);
            foreach (var child in section.GetChildren()) Bind(child, named[section.Key]!, errors);
        }
    }

    private static string Describe(Type type) => type switch
    {
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(TimeSpan) => "a time such as 00:00:00.002",
        { IsEnum: true } => $"one of {string.Join(", ", Enum.GetNames(type))}",
        _ => "a number in its range",
    };
}
