using AnomalyLine.Management.Alarms;
using Microsoft.Extensions.Localization;

namespace AnomalyLine.Server.Console;

/// <summary>An alarm in the visitor's language; its own sentence, which is English as in the log, follows where it says more.</summary>
internal static class AlarmText
{
    /// <summary>What it is about, in a few words.</summary>
    public static string Title(AlarmKind kind, IStringLocalizer words) => kind switch
    {
        AlarmKind.NotReady => words["Station does not judge"],
        AlarmKind.CameraSilent => words["Camera is silent"],
        AlarmKind.Drift => words["Drift"],
        AlarmKind.TrainingFailed => words["Training failed"],
        AlarmKind.SamplesNotKept => words["Samples are not kept"],
        AlarmKind.DiskLow => words["Disk is nearly full"],
        AlarmKind.CertificateExpires => words["Certificate expires"],
        _ => words["OPC UA is away"],
    };

    /// <summary>What is wrong and what to do.</summary>
    public static string Message(Alarm alarm, IStringLocalizer words) => Languages.Current == "en" ? alarm.Message : alarm.Kind switch
    {
        AlarmKind.CameraSilent => words["No part has come for longer than this station may be silent. Look at the camera, its trigger and its network, or stop the station."],
        AlarmKind.DiskLow => words["Make room on the disk of the data folder, or shorten the retention. ({0})", alarm.Message],
        AlarmKind.CertificateExpires => words["Put a new certificate of TLS in the place of the old one; no restart is needed. ({0})", alarm.Message],
        AlarmKind.GatewayAway => words["No OPC UA client can connect. ({0})", alarm.Message],
        _ => alarm.Message,
    };

    /// <summary>How urgent it is.</summary>
    public static string Severity(AlarmSeverity severity, IStringLocalizer words) => severity == AlarmSeverity.Critical ? words["Critical"] : words["Warning"];

    /// <summary>Word of its look in the style sheet; empty for none.</summary>
    public static string Look(AlarmSeverity? severity) => severity switch
    {
        AlarmSeverity.Critical => "critical",
        AlarmSeverity.Warning => "warning",
        _ => "",
    };
}
