using System.Globalization;
using AnomalyLine.Management.Training;
using Microsoft.Extensions.Localization;

namespace AnomalyLine.Server.Console;

/// <summary>What is wrong with a field of an order for a training, or of a schedule, in the visitor's language.</summary>
internal static class JobFaultText
{
    /// <summary>The sentence that stands at the field.</summary>
    public static string Of(JobFault fault, IStringLocalizer words)
    {
        string At(int i) => Convert.ToString(fault.Values[i], CultureInfo.CurrentCulture) ?? "";
        return fault.Kind switch
        {
            JobFaultKind.MethodOrWarmStart => words["Choose a method, or a start from the active model; not both."],
            JobFaultKind.Unknown => words["“{0}” is unknown; use one of these: {1}.", At(0), At(1)],
            JobFaultKind.NotBetween => words["{0} is not allowed: above {1} and below {2}.", At(0), At(1), At(2)],
            JobFaultKind.NotUpTo => words["{0} is not allowed: above {1}, at most {2}.", At(0), At(1), At(2)],
            JobFaultKind.NotWithin => words["{0} is not allowed: {1} to {2}.", At(0), At(1), At(2)],
            JobFaultKind.TooSmall => words["{0} is not allowed: at least {1}.", At(0), At(1)],
            JobFaultKind.TooLong => words["{0} characters are too many: at most {1}.", At(0), At(1)],
            JobFaultKind.NotAFolder => words["“{0}” is not allowed: letters a to z, digits, - and _ only.", At(0)],
            JobFaultKind.NotASetting => words["“{0}” is not allowed: write name=value.", At(0)],
            JobFaultKind.Option => Languages.Current == "en" ? At(0) : words["The method does not take this option. ({0})", At(0)],
            JobFaultKind.ClipOfSamples => words["Samples are single frames, not clips of {0}. Train with “anomalyline train” from the files of a video, and upload the model.", At(0)],
            _ => words["Give a time of day, a number of approved samples, or both."],
        };
    }
}
