using AnomalyLine.Imaging;

namespace AnomalyLine.Cli;

/// <summary>A table for terminals: columns as wide as their widest cell, two spaces between; control characters in cells are written out.</summary>
internal static class TextTable
{
    public static void Write(TextWriter writer, IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        IReadOnlyList<string>[] lines = [header, .. rows.Select(row => (IReadOnlyList<string>)[.. row.Select(ControlCharacters.Escape)])];
        var widths = header.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines) writer.WriteLine(string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}
