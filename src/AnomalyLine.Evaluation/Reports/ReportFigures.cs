using System.Net;
using System.Text;
using AnomalyLine.Detection.Statistics;

namespace AnomalyLine.Evaluation.Reports;

/// <summary>The report's figures and tables, each with what it means in plain words.</summary>
internal static class ReportFigures
{
    /// <summary>What happens at the calibrated threshold, and how fast.</summary>
    public static string OnTheLine(EvaluationResult result)
    {
        var calibration = result.Calibration;
        var tooMany = result.FalseRejectChance < Evaluator.LeastChance;
        return Card("False rejects", Rate(result.FalseRejectRate), Range(result.FalseRejectRate, result.FalseRejectInterval, result.Counts.NormalParts, "good parts were rejected")
                + $" {Percent(calibration.WantedFalseRejectRate)} was asked for" + (tooMany ? "; these test parts differ from the calibration parts." : "."), tooMany)
            + Card("Escapes", Rate(result.EscapeRate), Range(result.EscapeRate, result.EscapeInterval, result.Counts.AnomalousParts, "bad parts passed"), result.EscapeRate > 0.1)
            + Card("Time per frame", $"{result.MsPerFrame:0.0} <small>ms</small>", $"The detector alone, median. Reading, decoding and resizing add {result.PrepareMsPerFrame:0.0} ms. "
                + $"In batches of {Evaluator.BatchSize}: {result.FramesPerSecond:0.#} frames a second on {Text(result.Device)}.");
    }

    /// <summary>How well the scores separate, whatever the threshold.</summary>
    public static string Separation(EvaluationResult result) =>
        Card("Image AUROC", Share(result.ImageAuroc), "The chance that a defective frame scores above a normal one; 0.5 is guessing, 1 is perfect.")
        + Card("Image AP", Share(result.ImageAp), "Average precision: how clean the list of rejects stays while ever more defects are found.")
        + Card("Best F1", Share(result.F1Max), "The best balance of found defects and false rejects that any threshold reaches. It is chosen with the test labels, so a line cannot count on it.")
        + Card("Pixel AUROC", Share(result.PixelAuroc), "The same chance for single places of the picture. High even for coarse maps, because defects are small.")
        + Card("Pixel AP", Share(result.PixelAp), "How exactly the map outlines the defect; the strictest of these figures.")
        + Card("AU-PRO", Share(result.Aupro), "The covered share of each defect area, small ones counting as much as large ones, up to 30 % of normal places flagged.");

    /// <summary>One row a kind of defect.</summary>
    public static string Kinds(IReadOnlyList<EvaluationKind> kinds)
    {
        var rows = new StringBuilder("""<table><thead><tr><th>Defect</th><th class="n">Frames</th><th class="n">Found</th><th></th><th class="n">Escape rate</th><th class="n">Image AUROC</th><th class="n">Median score</th></tr></thead><tbody>""");
        foreach (var kind in kinds)
        {
            rows.Append($"""<tr><td>{Text(kind.Kind)}</td><td class="n">{kind.Count}</td><td class="n">{kind.Found}</td><td><div class="bar"><b style="width:{100.0 * kind.Found / kind.Count:0.#}%"></b></div></td>""")
                .Append($"""<td class="n">{Percent(kind.EscapeRate)}</td><td class="n">{Share(kind.ImageAuroc)}</td><td class="n">{kind.MedianScore:0.####}</td></tr>""");
        }

        return rows.Append("</tbody></table>").ToString();
    }

    /// <summary>Text that may stand between tags and in attributes.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Card(string name, string value, string meaning, bool warn = false) =>
        $"""<div class="card{(warn ? " warn" : "")}"><div class="name">{name}</div><div class="value">{value}</div><p>{meaning}</p></div>""";

    private static string Range(double? rate, Interval interval, int count, string what) => rate is null
        ? "The test set has none to count."
        : $"{Math.Round(rate.Value * count):0} of {count} {what}; the true rate lies within {interval.Lower * 100:0.#}–{interval.Upper * 100:0.#} % (95 %).";

    private static string Rate(double? rate) => rate is { } known ? Percent(known) : "–";

    /// <summary>Three digits, or a dash if there is none.</summary>
    public static string Share(double? share) => share is { } known ? $"{known:0.000}" : "–";

    private static string Percent(double rate) => $"{rate * 100:0.##} %";
}
