using System.Globalization;
using System.Text;
using AnomalyLine.Imaging;
using AnomalyLine.Management.Audit;

namespace AnomalyLine.Server.Syslog;

/// <summary>An entry of the audit as a message of syslog (RFC 5424). Its structured data has the entry's number and hash, so that whoever keeps the messages has an anchor of the chain.</summary>
internal static class SyslogMessage
{
    /// <summary>What a receiver should take at least (RFC 5425, section 4.3.1).</summary>
    private const int MostBytes = 8192;

    /// <summary>Facility 13: log audit.</summary>
    private const int Facility = 13, Warning = 4, Notice = 5;

    /// <summary>The number that RFC 5612 keeps for examples: this product has none of its own.</summary>
    private const string Element = "audit@32473";

    private const int MostHost = 255, MostAction = 32, MostParameter = 512;

    /// <summary>The message, without any framing.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="host">This machine.</param>
    public static byte[] Of(AuditEntry entry, string host)
    {
        var severity = entry.Action == "access.refused" ? Warning : Notice;
        var time = entry.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        var head = string.Create(CultureInfo.InvariantCulture, $"<{(Facility * 8) + severity}>1 {time} {Word(host, MostHost)} anomalyline - {Word(entry.Action, MostAction)} ")
            + string.Create(CultureInfo.InvariantCulture, $"[{Element} sequence=\"{entry.Sequence}\" hash=\"{entry.Hash}\" previous=\"{entry.PreviousHash}\" user=\"{Value(entry.User)}\" origin=\"{Value(entry.Origin)}\" subject=\"{Value(entry.Subject)}\"] ");
        var text = $"\uFEFF{ControlCharacters.Escape($"{(entry.User.Length > 0 ? entry.User : entry.Origin)}: {entry.Action} {entry.Subject}{Change(entry)}")}";
        var bytes = Encoding.UTF8.GetBytes(head + text);
        return bytes.Length <= MostBytes ? bytes : [.. bytes.AsSpan(0, WholeCharacters(bytes, MostBytes - 3)), .. "…"u8];
    }

    private static string Change(AuditEntry entry) => (entry.OldValue, entry.NewValue) switch
    {
        ("", "") => "",
        ("", var after) => $" {after}",
        (var before, "") => $" {before} -> nothing",
        var (before, after) => $" {before} -> {after}",
    };

    /// <summary>Printable ASCII without spaces; "-" for nothing.</summary>
    private static string Word(string text, int most)
    {
        var word = string.Concat(text.Where(c => c is > ' ' and <= '~').Take(most));
        return word.Length > 0 ? word : "-";
    }

    private static string Value(string text)
    {
        var plain = ControlCharacters.Escape(text.Length <= MostParameter ? text : text[..MostParameter] + "…");
        return plain.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal);
    }

    /// <summary>So many bytes or a few less, that no character of UTF-8 is cut.</summary>
    private static int WholeCharacters(byte[] bytes, int most)
    {
        while (most > 0 && (bytes[most] & 0xC0) == 0x80) most--;
        return most;
    }
}
