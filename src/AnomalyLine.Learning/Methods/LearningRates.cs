namespace AnomalyLine.Learning.Methods;

/// <summary>What the schedules come to.</summary>
internal static class LearningRates
{
    /// <summary>The learning rate as a fraction of its highest, 0..1.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="progress">How far the training is, 0..1.</param>
    public static double Factor(this LearningRateSchedule schedule, double progress) => schedule switch
    {
        LearningRateSchedule.Step => progress < 5.0 / 6.0 ? 1 : 0.1,
        LearningRateSchedule.TwoSteps => progress < 0.8 ? 1 : progress < 0.9 ? 0.2 : 0.04,
        LearningRateSchedule.Cosine => progress < 0.05 ? 0.05 + (progress * 19) : 0.5 * (1 + Math.Cos(Math.PI * (progress - 0.05) / 0.95)),
        LearningRateSchedule.HalfCosine => 0.5 * (1 + Math.Cos(Math.PI * progress)),
        LearningRateSchedule.WarmupStableDecay => Math.Min(Math.Min(1, 0.05 + (progress * 19)), 1 - (0.97 * Math.Max(0, progress - 0.7) / 0.3)),
        _ => 1,
    };
}
