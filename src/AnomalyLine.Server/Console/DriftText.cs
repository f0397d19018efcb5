using AnomalyLine.Management.Drift;
using Microsoft.Extensions.Localization;

namespace AnomalyLine.Server.Console;

/// <summary>A drift alarm in the visitor's language; the log's own sentences are English.</summary>
internal static class DriftText
{
    /// <summary>What has changed.</summary>
    public static string Reason(DriftAlarm alarm, IStringLocalizer words)
    {
        if (Languages.Current == "en") return alarm.Reason;
        var (before, now) = (Figures.Score((float)alarm.Before), Figures.Score((float)alarm.Now));
        return (alarm.Signal, alarm.Rises) switch
        {
            (DriftSignal.Brightness, true) => words["The frames have become brighter (from {0} to {1}).", before, now],
            (DriftSignal.Brightness, false) => words["The frames have become darker (from {0} to {1}).", before, now],
            (DriftSignal.Sharpness, true) => words["The frames have become sharper or noisier (from {0} to {1}).", before, now],
            (DriftSignal.Sharpness, false) => words["The frames have become less sharp (from {0} to {1}).", before, now],
            (DriftSignal.Horizontal, true) => words["The parts lie further to the right in the frame (from {0} to {1} of its width).", before, now],
            (DriftSignal.Horizontal, false) => words["The parts lie further to the left in the frame (from {0} to {1} of its width).", before, now],
            (DriftSignal.Vertical, true) => words["The parts lie further down in the frame (from {0} to {1} of its height).", before, now],
            (DriftSignal.Vertical, false) => words["The parts lie further up in the frame (from {0} to {1} of its height).", before, now],
            (DriftSignal.Rejects, true) => words["More parts are rejected than the calibration promises."],
            (DriftSignal.Rejects, false) => words["Fewer parts are rejected than before."],
            (_, true) => words["The scores of OK parts are higher than those of the calibration (from {0} to {1}).", before, now],
            _ => words["The scores of OK parts are lower than those of the calibration (from {0} to {1}).", before, now],
        };
    }

    /// <summary>What to do.</summary>
    public static string Suggestion(DriftAlarm alarm, IStringLocalizer words) => Languages.Current == "en" ? alarm.Suggestion : alarm.Signal switch
    {
        DriftSignal.Brightness => words["Look at the lamp, its supply, stray light and the exposure time. If the light is meant to be so, collect new normals and train again."],
        DriftSignal.Sharpness => words["Clean the lens, look at focus, vibration and gain. If it is meant to be so, collect new normals and train again."],
        DriftSignal.Horizontal or DriftSignal.Vertical => words["Look at the camera's mount, the fixture and the trigger's delay."],
        DriftSignal.Rejects => words["Look at the latest rejects. If they are good, see what changed in light and position, then approve them as samples and train again."],
        _ => words["Look at the latest parts. If they are good, approve them as samples and train again; the thresholds can be calibrated anew meanwhile."],
    };
}
