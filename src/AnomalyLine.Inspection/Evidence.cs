namespace AnomalyLine.Inspection;

/// <summary>Frames and anomaly maps of each station's last inspections, in memory, within <see cref="LineOptions.EvidenceBytesPerStation"/>. Any thread.</summary>
public sealed class Evidence
{
    internal Evidence()
    {
    }

    /// <summary>What there is of an inspection; null once it is no longer kept.</summary>
    public EvidenceItem? TryGet(string station, long sequence) => throw new NotSupportedException();

    /// <summary>What there is of the station's newest inspection whose frame is kept; null where there is none.</summary>
    public EvidenceItem? Latest(string station) => throw new NotSupportedException();
}
