using System.Buffers;
using System.Globalization;
using System.Text;

namespace AnomalyLine.Imaging;

/// <summary>
/// Characters that change how text is shown instead of being shown: control characters (C0, DEL, C1), separators of lines and paragraphs, marks that turn the direction of text.
/// Identities and names from outside must have none; texts that have some are printed with them written out.
/// </summary>
public static class ControlCharacters
{
    private static readonly SearchValues<char> s_all = SearchValues.Create(
        string.Concat(Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Select(code => (char)code))
        + "\u061C\u200E\u200F\u2028\u2029\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069");

    /// <summary>What is wrong with a text, such as "has the control character U+001B at position 4"; null where it has none.</summary>
    public static string? Check(string text) =>
        text.AsSpan().IndexOfAny(s_all) is >= 0 and var at
            ? string.Create(CultureInfo.InvariantCulture, $"has the control character U+{(int)text[at]:X4} at position {at + 1}")
            : null;

    /// <summary>The text with each of them written as \u001B; the same string where it has none.</summary>
    public static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAny(s_all)) return text;
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (s_all.Contains(c)) escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            else escaped.Append(c);
        }

        return escaped.ToString();
    }

    /// <summary>An identity without the end that a scanner adds to what it reads: line ends and tabs.</summary>
    public static string TrimScan(string text) => text.TrimEnd('\r', '\n', '\t');
}
