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
    [InlineData(20, false, false, 200, "fair", "balanced", "about 15 min")]
    [InlineData(20, true, false, 200, "draem", "balanced", "fabric")]
    [InlineData(20, false, true, 200, "memae", "balanced", "less time than fair")]
    [InlineData(5, false, false, 200, "fair", "fast", "the short one takes about 4 min")]
    [InlineData(5, false, false, 60, "fair", "balanced", "about 5 min")]
    [InlineData(5, false, false, 800, "fair", "fast", "end early")]
    [InlineData(60, false, false, 900, "fair", "fast", "would take about 68 min")]
    public void For_WhatSomebodyCanSay_ChoosesAndSaysWhy(int minutes, bool isSurface, bool isQuick, int normals, string method, string preset, string why)
    {
        var plan = TrainingPlan.For(minutes, isSurface, isQuick, normals, Words);

        Assert.Equal((method, preset, (double)minutes), (plan.Method, plan.Preset, plan.Minutes));
        Assert.Contains(why, plan.Why, StringComparison.Ordinal);
        Assert.Empty(MethodCatalog.Find(plan.Method)!.CheckOptions(plan.Preset, new Dictionary<string, string>()));
    }
}
