using AnomalyLine.Learning.Catalog;
using AnomalyLine.Server.Console;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnomalyLine.Server.Tests;

public sealed class TrainingPlanTests
{
    private static readonly IStringLocalizer Words =
        new ResourceManagerStringLocalizerFactory(Microsoft.Extensions.Options.Options.Create(new LocalizationOptions()), NullLoggerFactory.Instance).Create(typeof(Words));

    [Theory]
    [InlineData(20, false, false, 200, "dinomaly", "balanced", "about 3 min")]
    [InlineData(20, true, false, 200, "dinomaly", "balanced", "fabric")]
    [InlineData(20, false, true, 200, "memae", "balanced", "a few milliseconds")]
    [InlineData(5, false, true, 200, "memae", "fast", "the short one takes about 4 min")]
    [InlineData(5, false, false, 400, "dinomaly", "fast", "the short one takes about 2 min")]
    [InlineData(5, false, false, 320, "dinomaly", "balanced", "about 5 min")]
    [InlineData(5, false, false, 1200, "dinomaly", "fast", "end early")]
    [InlineData(60, false, false, 8000, "dinomaly", "fast", "would take about 2 h")]
    public void For_WhatSomebodyCanSay_ChoosesAndSaysWhy(int minutes, bool isSurface, bool isQuick, int normals, string method, string preset, string why)
    {
        var plan = TrainingPlan.For(minutes, isSurface, isQuick, normals, Words);

        Assert.Equal((method, preset, (double)minutes), (plan.Method, plan.Preset, plan.Minutes));
        Assert.Contains(why, plan.Why, StringComparison.Ordinal);
        Assert.Empty(MethodCatalog.Find(plan.Method)!.CheckOptions(plan.Preset, new Dictionary<string, string>()));
    }
}
