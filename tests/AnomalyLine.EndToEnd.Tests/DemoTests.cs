using System.Net;
using System.Text.RegularExpressions;
using AnomalyLine.EndToEnd.Tests.Harness;

namespace AnomalyLine.EndToEnd.Tests;

public sealed partial class DemoTests(TrainedModel model)
{
    [Fact]
    public async Task Demo_Starts_TrainsRunsShowsVerdictsAndStopsInTime()
    {
        Programs.RequireOpcUa();
        using var folder = new TemporaryFolder();
        await using var server = new ServerProcess(folder["ignored"], hasOpcUa: true, program: null, "--demo", "--data", folder["demo"], "--method", "ae-l2", "--max-minutes", "0.05");
        await server.LaunchAsync();
        await server.Running.UntilLineAsync("The line runs with ae-l2-", TimeSpan.FromMinutes(3));
        await using var plc = await OpcUaClient.ConnectAsync(server.OpcUaEndpoint, model.ClientPki, "press-1.Sequence", "press-2.Sequence");

        await plc.UntilAsync(() => plc.Events.Select(seen => seen.Station).Distinct().Count() == 2, TimeSpan.FromSeconds(30), "an event of each station");
        var tags = await plc.ReadAsync("press-1.Sequence", "press-1.Evaluation", "press-1.Ready");
        var page = WebUtility.HtmlDecode(await server.Http.GetStringAsync("/", TestContext.Current.CancellationToken));
        using var ready = await server.Http.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        var (code, took) = await server.StopAsync();

        Assert.All(tags.Values, tag => Assert.Equal("Good", tag.Status));
        Assert.True(tags["press-1.Ready"].Value.GetBoolean());
        Assert.InRange(tags["press-1.Evaluation"].Value.GetInt32(), 1, 2);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Contains("2 of 2 stations ready", page, StringComparison.Ordinal);
        Assert.Matches(Verdict(), page);
        Assert.Equal(0, code);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [GeneratedRegex("✓ *</?[^>]*>.*OK|✕.*Not OK", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Verdict();
}
