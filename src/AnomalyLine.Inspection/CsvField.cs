using System.Globalization;
using AnomalyLine.Imaging;

namespace AnomalyLine.Inspection;

/// <summary>Fields of CSV (RFC 4180), the same in every culture.</summary>
public static class CsvField
{
    /// <summary>
    /// A text. One that a spreadsheet would compute (=, +, -, @ at its start) gets an apostrophe before it, control characters are written out, and what holds a comma or quotes is put in quotes.
    /// </summary>
    public static string Text(string text)
    {
        text = ControlCharacters.Escape(text);
        if (text is ['=' or '+' or '-' or '@', ..]) text = "'" + text;
        return text.AsSpan().ContainsAny(',', '"') ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }

    /// <summary>A number with a decimal point; empty for none.</summary>
    public static string Number<T>(T? value)
        where T : struct, IFormattable => value?.ToString(null, CultureInfo.InvariantCulture) ?? "";

    /// <summary>A time in ISO 8601 and UTC, to the millisecond; empty for none.</summary>
    public static string Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) ?? "";
}
