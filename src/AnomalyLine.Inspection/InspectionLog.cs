namespace AnomalyLine.Inspection;

/// <summary>Reads the durable log of all inspections. Any thread; each call reads the disk on the caller's thread.</summary>
public sealed class InspectionLog
{
    internal InspectionLog()
    {
    }

    /// <summary>Identity of this log, made with it: another one means that sequences start anew.</summary>
    public Guid Id => throw new NotSupportedException();

    /// <summary>One inspection, or <see cref="LineErrorCode.InspectionNotFound"/>.</summary>
    public Outcome<InspectionRecord> Get(string station, long sequence) => throw new NotSupportedException();

    /// <summary>A station's inspections before a sequence, newest first, at most <paramref name="most"/> (1..1000); for paging back from the newest.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="beforeSequence">Only older ones than this; <see cref="long.MaxValue"/> to start with the newest.</param>
    /// <param name="most">Length of the page, 1..1000.</param>
    public IReadOnlyList<InspectionRecord> ReadBack(string station, long beforeSequence, int most) => throw new NotSupportedException();
}
