using AnomalyLine.Inspection;

namespace AnomalyLine.Server.Console;

/// <summary>A station's last inspections, and what they say of its pace. Immutable.</summary>
/// <param name="Records">Oldest first, at most <see cref="Kept"/>.</param>
public sealed record RecentOfStation(IReadOnlyList<InspectionRecord> Records)
{
    /// <summary>Of a station without any.</summary>
    public static RecentOfStation None { get; } = new([]);

    /// <summary>Most inspections that are kept.</summary>
    public const int Kept = 80;

    private static readonly TimeSpan s_rateWindow = TimeSpan.FromSeconds(10);

    /// <summary>The newest; null where there is none.</summary>
    public InspectionRecord? Newest => Records.Count == 0 ? null : Records[^1];

    private readonly double[] _sortedMs = [.. Records.Select(record => record.Timings.TotalMs).Order()];

    /// <summary>Inspections a second over the ten seconds before the newest, as far as they are kept.</summary>
    public double PerSecond
    {
        get
        {
            if (Newest is not { } newest) return 0;
            var window = Records.Where(record => newest.CompletionTime - record.CompletionTime <= s_rateWindow).ToList();
            var seconds = (newest.CompletionTime - window[0].CompletionTime).TotalSeconds;
            return seconds > 0 ? (window.Count - 1) / seconds : 0;
        }
    }

    /// <summary>Median time from arrival to answer, ms.</summary>
    public double MedianMs => Quantile(0.5);

    /// <summary>95 % of the answers took at most this, ms.</summary>
    public double P95Ms => Quantile(0.95);

    /// <summary>With one more, without the oldest where there are enough.</summary>
    public RecentOfStation With(InspectionRecord record) => new([.. Records.Skip(Math.Max(0, Records.Count + 1 - Kept)), record]);

    private double Quantile(double q) => _sortedMs.Length == 0 ? 0 : _sortedMs[(int)Math.Ceiling(q * _sortedMs.Length) - 1];
}
