using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods;

namespace AnomalyLine.Vision.Tests.Methods;

public sealed class LearningRatesTests
{
    [Theory]
    [InlineData(LearningRateSchedule.Constant, 0.99, 1)]
    [InlineData(LearningRateSchedule.Step, 249.5 / 300, 1)]
    [InlineData(LearningRateSchedule.Step, 250.5 / 300, 0.1)]
    [InlineData(LearningRateSchedule.TwoSteps, 559.5 / 700, 1)]
    [InlineData(LearningRateSchedule.TwoSteps, 560.5 / 700, 0.2)]
    [InlineData(LearningRateSchedule.TwoSteps, 629.5 / 700, 0.2)]
    [InlineData(LearningRateSchedule.TwoSteps, 630.5 / 700, 0.04)]
    [InlineData(LearningRateSchedule.Cosine, 0, 0.05)]
    [InlineData(LearningRateSchedule.Cosine, 0.05, 1)]
    [InlineData(LearningRateSchedule.Cosine, 0.525, 0.5)]
    [InlineData(LearningRateSchedule.Cosine, 1, 0)]
    [InlineData(LearningRateSchedule.HalfCosine, 0, 1)]
    [InlineData(LearningRateSchedule.HalfCosine, 0.5, 0.5)]
    [InlineData(LearningRateSchedule.HalfCosine, 1, 0)]
    [InlineData(LearningRateSchedule.WarmupStableDecay, 0, 0.05)]
    [InlineData(LearningRateSchedule.WarmupStableDecay, 0.025, 0.525)]
    [InlineData(LearningRateSchedule.WarmupStableDecay, 0.05, 1)]
    [InlineData(LearningRateSchedule.WarmupStableDecay, 0.7, 1)]
    [InlineData(LearningRateSchedule.WarmupStableDecay, 0.85, 0.515)]
    [InlineData(LearningRateSchedule.WarmupStableDecay, 1, 0.03)]
    public void Factor_PlacesOfASchedule_AreThePublishedOnes(object schedule, double progress, double expected) =>
        Assert.Equal(expected, ((LearningRateSchedule)schedule).Factor(progress), 1e-9);

    [Theory]
    [InlineData("riad", LearningRateSchedule.Step)]
    [InlineData("draem", LearningRateSchedule.TwoSteps)]
    [InlineData("fair", LearningRateSchedule.TwoSteps)]
    [InlineData("mnad", LearningRateSchedule.HalfCosine)]
    [InlineData("scadn", LearningRateSchedule.Constant)]
    [InlineData("intra", LearningRateSchedule.Constant)]
    [InlineData("memae", LearningRateSchedule.Constant)]
    [InlineData("ae-ssim", LearningRateSchedule.Constant)]
    public void Presets_Paper_HasThePublishedSchedule(string method, object schedule) =>
        Assert.Equal(schedule, MethodCatalog.Find(method)!.Presets["paper"].Schedule);
}
