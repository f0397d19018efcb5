namespace AnomalyLine.Management.Alarms;

/// <summary>How urgent an alarm is.</summary>
public enum AlarmSeverity
{
    /// <summary>Parts are judged; somebody should look at it during the shift.</summary>
    Warning = 1,

    /// <summary>Parts are not judged, or soon will not be: somebody has to come now.</summary>
    Critical = 2,
}
