using AnomalyLine.Inspection;
using AnomalyLine.Server.OpcUaGateway;
using Microsoft.Extensions.Localization;

namespace AnomalyLine.Server.Console;

/// <summary>
/// What is wrong, in the visitor's language, by its code. Where the line's own sentence, which is English as in the log, says more than the code (which name, which value), it follows.
/// </summary>
internal static class FaultText
{
    /// <summary>Why a station does not judge; empty where it does.</summary>
    public static string Of(StationStatus station, IStringLocalizer words) => Languages.Current == "en" ? station.Fault : station.FaultKind switch
    {
        StationFault.None => "",
        StationFault.Stopped => words["The station is stopped; start it."],
        StationFault.NoRecipe => words["The station has no active recipe; activate one."],
        StationFault.Model => With(words["The recipe's model cannot be used; activate another recipe."], station.Fault),
        _ => With(words["The log cannot be written; nothing is judged until it can."], station.Fault),
    };

    /// <summary>How far the camera's clock is from the server's; empty where it is not too far.</summary>
    public static string OfClock(StationStatus station, IStringLocalizer words) => station.CaptureTimeOffset switch
    {
        null => "",
        { Ticks: > 0 } ahead => words["The camera's clock is {0} ahead of the server's: capture times are uncertain.", Figures.Age(ahead)],
        { } behind => words["The camera's clock is {0} behind the server's: capture times are uncertain.", Figures.Age(behind.Duration())],
    };

    /// <summary>Why the OPC UA gateway does not run; empty where it does.</summary>
    public static string Of(GatewayState gateway, IStringLocalizer words) =>
        gateway.Message.Length == 0 || Languages.Current == "en" ? gateway.Message : With(words["The line runs without OPC UA."], gateway.Message);

    /// <summary>Why a request was not done.</summary>
    public static string Of(LineError error, IStringLocalizer words) => Languages.Current == "en" ? error.Message : error.Code switch
    {
        LineErrorCode.StationNotFound => words["There is no such station."],
        LineErrorCode.StationExists => words["There is a station of this name already."],
        LineErrorCode.InvalidStationName => words["A station's name is 1 to 64 letters, digits, '-', '_' or '.'."],
        LineErrorCode.RecipeNotFound => words["The station has no such recipe."],
        LineErrorCode.InvalidRecipe => With(words["A value of the recipe is not allowed."], error.Message),
        LineErrorCode.ModelNotFound => words["There is no such model."],
        LineErrorCode.ModelUnusable => With(words["The model cannot be used."], error.Message),
        LineErrorCode.InspectionNotFound => words["This inspection, or its frame, is no longer kept."],
        LineErrorCode.LogFailed => With(words["The log cannot be written; nothing is judged until it can."], error.Message),
        LineErrorCode.Stopping => words["The server is stopping."],
        LineErrorCode.InvalidPart => With(words["The part's name or product is not allowed."], error.Message),
        LineErrorCode.ManagementFailed => With(words["The management database cannot be read or written; nothing was changed. Stations go on judging."], error.Message),
        LineErrorCode.SampleNotFound => words["There is no such sample."],
        LineErrorCode.InvalidSample => With(words["The sample cannot be used like this."], error.Message),
        LineErrorCode.GateNotPassed => words["The gate did not let this candidate pass, or was not asked: give a reason to activate it all the same."],
        LineErrorCode.RecipeChanged => With(words["Somebody has changed the recipe meanwhile: look at it, and decide again."], error.Message),
        LineErrorCode.SampleChanged => With(words["Somebody has decided about the sample meanwhile: look at it, and decide again."], error.Message),
        LineErrorCode.ScheduleChanged => words["Somebody has set or ended the schedule meanwhile: look at it, and decide again."],
        LineErrorCode.ModelInUse => With(words["The model is still used and was not removed."], error.Message),
        LineErrorCode.JobNotFound => words["There is no such job."],
        LineErrorCode.InvalidJob => With(words["The job cannot be done like this."], error.Message),
        LineErrorCode.NotSignedIn => words["You are not signed in, or your session has ended: sign in again."],
        LineErrorCode.RoleMissing => With(words["Your role does not allow this."], error.Message),
        LineErrorCode.AccountNotFound => words["There is no such user or key."],
        LineErrorCode.InvalidAccount => With(words["The name, role or password is not allowed."], error.Message),
        LineErrorCode.AccountsUnusable => With(words["The file of users or keys cannot be used; nothing was changed."], error.Message),
        LineErrorCode.AlarmNotFound => words["There is no such alarm, or it is over."],
        LineErrorCode.AlarmChanged => With(words["Somebody has acknowledged this alarm before."], error.Message),
        LineErrorCode.InvalidAlarm => With(words["A value is not allowed."], error.Message),
        LineErrorCode.CameraNotAttached => With(words["No camera program has attached a camera for this station."], error.Message),
        LineErrorCode.TriggerRefused => With(words["The camera was not triggered."], error.Message),
        LineErrorCode.CameraSilent => With(words["The camera did not answer: whether it took the trigger is not known."], error.Message),
        LineErrorCode.MemoryShort => words["The server's memory is used up, so that it takes no new work; try again in a few seconds."],
        _ => error.Message,
    };

    private static string With(string sentence, string detail) => $"{sentence} ({detail})";
}
