using Microsoft.Data.Sqlite;

namespace AnomalyLine.Inspection.Storage;

/// <summary>Sums of production. One thread at a time.</summary>
internal sealed class ProductionTally
{
    /// <summary>The columns that <see cref="Add(SqliteDataReader, int)"/> reads.</summary>
    public const string Columns = "ok, not_ok, not_decidable, paced, running_ticks, reasons, scores, places";

    private readonly long[] _reasons = new long[16];
    private readonly long[] _scores = new long[ProductionSummary.ScoreClasses];
    private readonly long[] _places = new long[ProductionSummary.PlaceSide * ProductionSummary.PlaceSide];

    public IReadOnlyList<long> Scores => _scores;

    public IReadOnlyList<long> Places => _places;

    public IReadOnlyDictionary<ReasonCode, long> Reasons =>
        _reasons.Index().Where(reason => reason.Item > 0).ToDictionary(reason => (ReasonCode)reason.Index, reason => reason.Item);

    private ProductionNumbers Numbers { get; set; }

    /// <summary>Adds a part; gives its numbers.</summary>
    public ProductionNumbers Add(in CountedPart part)
    {
        var numbers = ProductionNumbers.Of(part);
        Numbers += numbers;
        if (numbers.NotDecidable > 0) _reasons[Math.Clamp((int)part.Reason, 0, _reasons.Length - 1)]++;
        if (part.Score >= 0) _scores[part.Score]++;
        if (part.Place >= 0) _places[part.Place]++;
        return numbers;
    }

    /// <summary>Adds what a row has in <see cref="Columns"/>; gives its numbers.</summary>
    public ProductionNumbers Add(SqliteDataReader row, int first)
    {
        var numbers = new ProductionNumbers(row.GetInt64(first), row.GetInt64(first + 1), row.GetInt64(first + 2), row.GetInt64(first + 3), row.GetInt64(first + 4));
        Numbers += numbers;
        CountBlob.Add(row.GetFieldValue<byte[]>(first + 5), _reasons);
        CountBlob.Add(row.GetFieldValue<byte[]>(first + 6), _scores);
        CountBlob.Add(row.GetFieldValue<byte[]>(first + 7), _places);
        return numbers;
    }

    /// <summary>What the row is to have in <see cref="Columns"/>.</summary>
    public object[] ToValues() =>
    [
        Numbers.Ok, Numbers.NotOk, Numbers.NotDecidable, Numbers.Paced, Numbers.RunningTicks, CountBlob.Write(_reasons), CountBlob.Write(_scores), CountBlob.Write(_places),
    ];
}
