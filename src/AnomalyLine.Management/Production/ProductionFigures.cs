using AnomalyLine.Inspection;

namespace AnomalyLine.Management.Production;

/// <summary>The figures of a shift, a day, a station, a product, or of all.</summary>
public sealed record ProductionFigures
{
    /// <summary>Parts that were passed.</summary>
    public long Ok { get; init; }

    /// <summary>Parts that were rejected because of their score.</summary>
    public long NotOk { get; init; }

    /// <summary>Parts without a verdict, such as late ones: neither passed nor rejected by the model.</summary>
    public long NotDecidable { get; init; }

    /// <summary>Rejects that a person has decided about.</summary>
    public long ReviewedRejects { get; init; }

    /// <summary>Those of them that are good parts.</summary>
    public long FalseRejects { get; init; }

    /// <summary>Passed parts that a person has decided about. They are no sample of all: stations keep those near the threshold.</summary>
    public long ReviewedPasses { get; init; }

    /// <summary>Those of them that have a defect.</summary>
    public long Escapes { get; init; }

    /// <summary>Time in which stations ran: that between two parts, but for pauses longer than <see cref="ProductionSummary.LongestGap"/>.</summary>
    public TimeSpan Running { get; init; }

    /// <summary>Parts that came in that time.</summary>
    public long Paced { get; init; }

    /// <summary>All parts.</summary>
    public long Parts => Ok + NotOk + NotDecidable;

    /// <summary>Parts that have a verdict.</summary>
    public long Decided => Ok + NotOk;

    /// <summary>Passed parts as a share of those with a verdict; null where none has one.</summary>
    public double? Yield => Share(Ok, Decided);

    /// <summary>Rejects as a share of the parts with a verdict; null where none has one.</summary>
    public double? RejectShare => Share(NotOk, Decided);

    /// <summary>False rejects as a share of the reviewed rejects; null where none was reviewed.</summary>
    public double? FalseRejectShare => Share(FalseRejects, ReviewedRejects);

    /// <summary>Parts a minute while a station runs, the mean of stations by their running time; null where none ran.</summary>
    public double? PartsPerMinute => Running > TimeSpan.Zero ? Paced / Running.TotalMinutes : null;

    /// <summary>Adds up.</summary>
    public static ProductionFigures operator +(ProductionFigures a, ProductionFigures b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return new ProductionFigures
        {
            Ok = a.Ok + b.Ok,
            NotOk = a.NotOk + b.NotOk,
            NotDecidable = a.NotDecidable + b.NotDecidable,
            ReviewedRejects = a.ReviewedRejects + b.ReviewedRejects,
            FalseRejects = a.FalseRejects + b.FalseRejects,
            ReviewedPasses = a.ReviewedPasses + b.ReviewedPasses,
            Escapes = a.Escapes + b.Escapes,
            Running = a.Running + b.Running,
            Paced = a.Paced + b.Paced,
        };
    }

    internal static ProductionFigures Of(ProductionCount count) =>
        new() { Ok = count.Ok, NotOk = count.NotOk, NotDecidable = count.NotDecidable, Running = count.Running, Paced = count.Paced };

    private static double? Share(long part, long all) => all == 0 ? null : (double)part / all;
}
