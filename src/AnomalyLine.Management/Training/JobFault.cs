using System.Globalization;

namespace AnomalyLine.Management.Training;

/// <summary>What is wrong with one field of an order for a training, or of a schedule.</summary>
/// <param name="Field">The field as the contract names it, such as "max_minutes".</param>
/// <param name="Kind">What is wrong with it.</param>
/// <param name="Values">What <see cref="Kind"/> says that they are.</param>
public sealed record JobFault(string Field, JobFaultKind Kind, params IReadOnlyList<object> Values)
{
    /// <summary>A sentence in English, as callers of the contract get it. A page says it in its visitor's language, by <see cref="Kind"/>.</summary>
    public string Message => string.Format(CultureInfo.InvariantCulture, Sentence, [.. Values]);

    private string Sentence => Kind switch
    {
        JobFaultKind.MethodOrWarmStart => "give a method, or ask for a warm start, which takes the active model's; not both.",
        JobFaultKind.Unknown => "'{0}' is unknown; use one of {1}.",
        JobFaultKind.NotBetween => "{0} is not above {1} and below {2}.",
        JobFaultKind.NotUpTo => "{0} is not above {1} and at most {2}.",
        JobFaultKind.NotWithin => "{0} is not {1}..{2}.",
        JobFaultKind.TooSmall => "{0} is not at least {1}.",
        JobFaultKind.TooLong => "has {0} characters, more than {1}.",
        JobFaultKind.NotAFolder => "'{0}' is no folder's name of letters, digits, '-' and '_'.",
        JobFaultKind.NotASetting => "'{0}' is not key=value.",
        JobFaultKind.Option => "{0}",
        JobFaultKind.ClipOfSamples => "clip is {0}, but samples are single frames, without those right before them. Train it from the files of a video with anomalyline train, and upload the model.",
        _ => "give a time of day, a number of approved samples, or both.",
    };

    /// <summary>The field and the sentence.</summary>
    public override string ToString() => $"{Field}: {Message}";
}
