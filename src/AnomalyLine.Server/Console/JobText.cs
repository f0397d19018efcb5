using AnomalyLine.Management.Training;
using Microsoft.Extensions.Localization;

namespace AnomalyLine.Server.Console;

/// <summary>What a job does or what came of it, in the visitor's language and in a few words. Its own message, which is English as in the log, says more, such as why it failed.</summary>
internal static class JobText
{
    /// <summary>By its state and, while it runs, by the phase that its message begins with.</summary>
    public static string Of(TrainingJob job, IStringLocalizer words) => job.State switch
    {
        JobState.Succeeded => words["{0} is a candidate.", job.ModelVersion],
        JobState.Running => job.Message.Split(':')[0] switch
        {
            "collecting the frames" => words["Collecting the frames"],
            "checking" => words["Comparing the good parts with one another"],
            "loading" => words["Reading the frames"],
            "training" => words["Learning"],
            "calibrating" => words["Setting the limit on parts that were kept back"],
            "saving" => words["Writing the model"],
            "comparing" => words["Judging parts that it has not learnt from"],
            _ => job.Message,
        },
        JobState.Failed => job.Message,
        _ => "",
    };
}
