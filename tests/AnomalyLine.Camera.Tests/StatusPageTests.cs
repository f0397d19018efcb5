using AnomalyLine.Camera.Health;

namespace AnomalyLine.Camera.Tests;

public sealed class StatusPageTests
{
    [Fact]
    public void Metrics_ThatDashboardAndRulesAskFor_AreExported()
    {
        var exported = MonitoringFiles.Exported(StatusPage.Metrics([]));

        Assert.True(MonitoringFiles.OfACameraProgram.Count > 10, $"only {MonitoringFiles.OfACameraProgram.Count} names");
        Assert.Empty(MonitoringFiles.OfACameraProgram.Except(exported));
    }
}
