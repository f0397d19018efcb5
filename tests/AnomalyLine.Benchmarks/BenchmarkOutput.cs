using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AnomalyLine.Benchmarks;

/// <summary>Tables as Markdown for people, or as one JSON object.</summary>
internal static class BenchmarkOutput
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string ToText(BenchmarkOptions options, IReadOnlyList<BenchmarkTable> tables)
    {
        var lines = new List<string> { Machine.Describe(), options.Name is "fast-modes" or "quality" or "splits" ? options.Name : $"{options.Name}: {options.Rounds} rounds of {Number(options.Seconds)} s a case, medians", "" };
        foreach (var table in tables)
        {
            lines.Add(table.Title);
            lines.Add("");
            var cells = table.Rows.Select(row => row.Values.Select(Number).Prepend(row.Case).ToArray()).Prepend(table.Columns).ToList();
            var widths = table.Columns.Select((_, column) => cells.Max(row => row[column].Length)).ToArray();
            cells.Insert(1, [.. widths.Select((width, column) => column == 0 ? new string('-', width) : new string('-', width - 1) + ":")]);
            lines.AddRange(cells.Select(row => "| " + string.Join(" | ", row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))) + " |"));
            lines.Add("");
        }

        return string.Join('\n', lines);
    }

    public static string ToJson(BenchmarkOptions options, IReadOnlyList<BenchmarkTable> tables) => new JsonObject
    {
        ["benchmark"] = options.Name,
        ["machine"] = Machine.Describe(),
        ["rounds"] = options.Rounds,
        ["seconds"] = options.Seconds,
        ["tables"] = new JsonArray([.. tables.Select(ToJson)]),
    }.ToJsonString(Indented);

    private static JsonObject ToJson(BenchmarkTable table) => new()
    {
        ["title"] = table.Title,
        ["rows"] = new JsonArray([.. table.Rows.Select(row =>
        {
            var values = new JsonObject { [table.Columns[0]] = row.Case };
            for (var i = 0; i < row.Values.Length; i++) values[table.Columns[i + 1]] = double.IsFinite(row.Values[i]) ? row.Values[i] : null;
            return values;
        })]),
    };

    private static string Number(double value) => Math.Abs(value) switch
    {
        double.NaN => "",
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.00", CultureInfo.InvariantCulture),
        0 => "0",
        _ => value.ToString("0.000", CultureInfo.InvariantCulture),
    };
}
