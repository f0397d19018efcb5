using Microsoft.Extensions.Localization;

namespace AnomalyLine.Server.Console;

/// <summary>What to train with, chosen from what somebody can say without knowing methods: how long they have, what is judged, and how fast a frame must be judged.</summary>
/// <param name="Method">Name of the method.</param>
/// <param name="Preset">Its preset.</param>
/// <param name="Minutes">Most minutes for the training steps.</param>
/// <param name="Why">Why these, in the visitor's language.</param>
internal sealed record TrainingPlan(string Method, string Preset, double Minutes, string Why)
{
    // As the presets are reckoned: on two cores, for 200 frames; what learns from pixels takes longer than what learns from features.
    private const double ReckonedFrames = 200;
    private static readonly (double Balanced, double Fast) OfFeatures = (3, 1), OfPixels = (15, 4);

    /// <summary>Minutes to choose from, with their words.</summary>
    public static IReadOnlyList<(int Minutes, string Words)> Budgets { get; } = [(5, "a few minutes"), (20, "a quarter of an hour"), (60, "an hour"), (480, "a night")];

    /// <summary>The choice. Its grounds are the measurements in docs/benchmarks.md, "Quality" and "Features".</summary>
    /// <param name="minutes">Time that may pass.</param>
    /// <param name="isSurface">Whether surfaces without structure are judged, else parts that lie in one pose.</param>
    /// <param name="isQuick">Whether a frame must be judged in a few milliseconds.</param>
    /// <param name="normals">Normal frames that there are.</param>
    /// <param name="words">The visitor's language.</param>
    public static TrainingPlan For(int minutes, bool isSurface, bool isQuick, int normals, IStringLocalizer words)
    {
        var (method, pace, why) = isQuick
            ? ("memae", OfPixels, words["It judges a frame in a few milliseconds, and found much on the bottles that were measured. With more time for a frame dinomaly finds more."])
            : ("dinomaly", OfFeatures, isSurface ? words["On the fabric that was measured it found every defect."] : words["On the real parts that were measured it let the fewest defects pass."]);
        var (balanced, fast) = (pace.Balanced * normals / ReckonedFrames, pace.Fast * normals / ReckonedFrames);
        var preset = balanced <= minutes ? "balanced" : "fast";
        var schedule = preset == "balanced" ? words["With {0} normal parts the thorough schedule takes about {1} on two cores.", Figures.Count(normals), Span(balanced)]
            : fast <= minutes ? words["With {0} normal parts the thorough schedule would take about {1} on two cores, the short one takes about {2}.", Figures.Count(normals), Span(balanced), Span(fast)]
            : words["With {0} normal parts even the short schedule takes about {1} on two cores: it will end early, and more time would help.", Figures.Count(normals), Span(fast)];
        return new TrainingPlan(method, preset, minutes, $"{why.Value} {(normals < 2 ? "" : schedule.Value)}".TrimEnd());
    }

    private static string Span(double minutes) => minutes < 100 ? $"{Math.Max(1, minutes):0} min" : $"{minutes / 60:0} h";
}
