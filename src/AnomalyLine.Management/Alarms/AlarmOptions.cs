namespace AnomalyLine.Management.Alarms;

/// <summary>When alarms are raised. Read once at start.</summary>
public sealed class AlarmOptions
{
    /// <summary>
    /// Time without a part after which a running station's camera counts as silent, where the station says nothing else; 5 s..7 d, or zero: never. Default 5 min.
    /// </summary>
    public TimeSpan CameraSilentAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Time before the expiry of the certificate of TLS from which on it is warned of, 0..365 d. Default 30 d.</summary>
    public TimeSpan CertificateWarning { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Everything that is wrong, one message each with the option's name; empty where nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (new AlarmSettings { Station = "", SilentAfter = CameraSilentAfter }.Check().Length > 0)
            errors.Add($"{nameof(CameraSilentAfter)} is {CameraSilentAfter}; use 0, or 5 s..7 d.");
        if (CertificateWarning < TimeSpan.Zero || CertificateWarning > TimeSpan.FromDays(365))
            errors.Add($"{nameof(CertificateWarning)} is {CertificateWarning}; use 0..365 d.");
        return errors;
    }
}
