using System.Text;
using AnomalyLine.Evaluation.Metrics;

namespace AnomalyLine.Evaluation.Reports;

/// <summary>The report's charts as inline SVG.</summary>
internal static class ReportCharts
{
    private const int Width = 640, Height = 300, Left = 46, Right = 16, Top = 26, Bottom = 40, Bins = 36;

    /// <summary>How the scores of normal and of anomalous frames lie, each as shares of its own kind, with the threshold.</summary>
    public static string Histogram(IReadOnlyList<float> normal, IReadOnlyList<float> anomalous, float threshold)
    {
        var all = normal.Concat(anomalous).Order().ToArray();
        double low = Math.Min(all[0], threshold), top = Math.Max(Math.Min(all[^1], all[(int)((all.Length - 1) * 0.97)] * 1.25), threshold);
        var margin = top > low ? (top - low) * 0.04 : Math.Max(Math.Abs(low) * 0.1, 1e-6);
        low -= margin;
        top += margin;
        double[] good = Shares(normal, low, top), bad = Shares(anomalous, low, top);
        var peak = Math.Max(Math.Max(good.Max(), bad.Max()), 1e-9);
        double Y(double share) => Height - Bottom - (share / peak * (Height - Top - Bottom));
        double X(double score) => Left + ((score - low) / (top - low) * (Width - Left - Right));
        var svg = new StringBuilder($"""<svg viewBox="0 0 {Width} {Height}" role="img" aria-label="Histogram of scores">""");
        for (var i = 0; i <= 4; i++)
        {
            var share = peak * i / 4;
            svg.Append($"""<line class="grid" x1="{Left}" x2="{Width - Right}" y1="{Y(share):0.#}" y2="{Y(share):0.#}"/><text class="tick" x="{Left - 6}" y="{Y(share) + 4:0.#}" text-anchor="end">{share * 100:0} %</text>""");
            var score = low + ((top - low) * i / 4);
            svg.Append($"""<text class="tick" x="{X(score):0.#}" y="{Height - Bottom + 16}" text-anchor="middle">{score:0.###}{(i == 4 && all[^1] > top ? " +" : "")}</text>""");
        }

        Bars(svg, good, "normal", Y);
        Bars(svg, bad, "anomalous", Y);
        var right = X(threshold) > Width * 0.7;
        svg.Append($"""<line class="threshold" x1="{X(threshold):0.#}" x2="{X(threshold):0.#}" y1="{Top - 8}" y2="{Height - Bottom}"/>""")
            .Append($"""<text class="label" x="{X(threshold) + (right ? -6 : 6):0.#}" y="{Top - 4}" text-anchor="{(right ? "end" : "start")}">threshold {threshold:0.####}</text>""")
            .Append($"""<text class="axis" x="{(Width + Left - Right) / 2}" y="{Height - 6}" text-anchor="middle">score (higher is more anomalous)</text></svg>""");
        return svg.ToString();
    }

    /// <summary>The receiver operating characteristic with the calibrated operating point.</summary>
    public static string Roc(IReadOnlyList<RocPoint> points, double falseRejectRate, double foundRate)
    {
        const int side = Height - Top - Bottom, width = side + Left + Right;
        static double X(double rate) => Left + (rate * side);
        static double Y(double rate) => Top + ((1 - rate) * side);
        var line = string.Join(' ', points.Select(point => $"{X(point.FalsePositiveRate):0.##},{Y(point.TruePositiveRate):0.##}"));
        var svg = new StringBuilder($"""<svg viewBox="0 0 {width} {Height}" role="img" aria-label="Receiver operating characteristic">""");
        for (var i = 0; i <= 4; i++)
        {
            var rate = i / 4.0;
            svg.Append($"""<line class="grid" x1="{Left}" x2="{Left + side}" y1="{Y(rate)}" y2="{Y(rate)}"/><text class="tick" x="{Left - 6}" y="{Y(rate) + 4}" text-anchor="end">{rate * 100:0} %</text>""")
                .Append($"""<text class="tick" x="{X(rate)}" y="{Height - Bottom + 16}" text-anchor="middle">{rate * 100:0} %</text>""");
        }

        svg.Append($"""<line class="chance" x1="{X(0)}" y1="{Y(0)}" x2="{X(1)}" y2="{Y(1)}"/>""")
            .Append($"""<polygon class="area" points="{line} {X(1)},{Y(0)} {X(0)},{Y(0)}"/><polyline class="curve" points="{line}"/>""")
            .Append($"""<circle class="point" cx="{X(falseRejectRate):0.##}" cy="{Y(foundRate):0.##}" r="5"/>""")
            .Append($"""<text class="label" x="{Left}" y="{Top - 10}">defects found</text><text class="axis" x="{X(0.5)}" y="{Height - 6}" text-anchor="middle">normal parts rejected</text></svg>""");
        return svg.ToString();
    }

    /// <summary>The loss of each epoch.</summary>
    public static string Losses(IReadOnlyList<double> losses)
    {
        if (losses.Count == 0) return "";
        double low = losses.Min(), top = losses.Max(), range = top > low ? top - low : 1;
        double X(double epoch) => Left + (losses.Count == 1 ? 0 : (epoch - 1) / (losses.Count - 1) * (Width - Left - Right));
        double Y(double loss) => Height - Bottom - ((loss - low) / range * (Height - Top - Bottom));
        var svg = new StringBuilder($"""<svg viewBox="0 0 {Width} {Height}" role="img" aria-label="Loss by epoch">""");
        for (var i = 0; i <= 4; i++)
        {
            var loss = low + (range * i / 4);
            var epoch = 1 + ((losses.Count - 1) * i / 4);
            svg.Append($"""<line class="grid" x1="{Left}" x2="{Width - Right}" y1="{Y(loss):0.#}" y2="{Y(loss):0.#}"/><text class="tick" x="{Left - 6}" y="{Y(loss) + 4:0.#}" text-anchor="end">{loss:G3}</text>""")
                .Append($"""<text class="tick" x="{X(epoch):0.#}" y="{Height - Bottom + 16}" text-anchor="middle">{epoch}</text>""");
        }

        return svg.Append($"""<polyline class="curve" points="{string.Join(' ', losses.Select((loss, i) => $"{X(i + 1):0.##},{Y(loss):0.##}"))}"/>""")
            .Append($"""<text class="axis" x="{(Width + Left - Right) / 2}" y="{Height - 6}" text-anchor="middle">epoch</text></svg>""").ToString();
    }

    private static double[] Shares(IReadOnlyList<float> scores, double low, double top)
    {
        var shares = new double[Bins];
        foreach (var score in scores) shares[Math.Clamp((int)((score - low) / (top - low) * Bins), 0, Bins - 1)] += 1.0 / scores.Count;
        return shares;
    }

    private static void Bars(StringBuilder svg, double[] shares, string style, Func<double, double> y)
    {
        const double step = (Width - Left - Right) / (double)Bins;
        for (var i = 0; i < Bins; i++)
        {
            if (shares[i] <= 0) continue;
            svg.Append($"""<rect class="{style}" x="{Left + (i * step) + 0.5:0.##}" y="{y(shares[i]):0.##}" width="{step - 1:0.##}" height="{Height - Bottom - y(shares[i]):0.##}"/>""");
        }
    }
}
