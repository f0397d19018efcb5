using System.CommandLine;

namespace AnomalyLine.Client;

/// <summary>What values an option may have.</summary>
public static class OptionLimits
{
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
