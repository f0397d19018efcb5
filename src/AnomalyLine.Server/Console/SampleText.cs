using AnomalyLine.Management.Samples;
using Microsoft.Extensions.Localization;

namespace AnomalyLine.Server.Console;

/// <summary>What has been said of samples, in the visitor's language.</summary>
internal static class SampleText
{
    /// <summary>Of a sample, with a question mark where nobody has decided.</summary>
    public static string Of(Sample sample, IStringLocalizer words) => Of(sample.State, sample.Label, sample.Defect, words);

    /// <summary>Of what a person once said.</summary>
    public static string Of(ReviewEntry entry, IStringLocalizer words) => Of(entry.State, entry.Label, entry.Defect, words);

    private static string Of(SampleState state, SampleLabel label, string defect, IStringLocalizer words)
    {
        var what = label == SampleLabel.Normal ? words["Good"].Value : defect.Length > 0 ? $"{words["Defect"]}: {defect}" : words["Defect"].Value;
        return state switch
        {
            SampleState.Approved => $"{(label == SampleLabel.Normal ? "✓" : "✕")} {what}",
            SampleState.Excluded => words["Excluded"],
            _ => $"{what}?",
        };
    }
}
