using System.Net;
using System.Net.Http.Json;
using AnomalyLine.Contracts.V1;
using AnomalyLine.Server.Access;
using Grpc.Core;

namespace AnomalyLine.Server.Tests;

/// <summary>Alarms of a running server, by gRPC and REST.</summary>
public sealed class AlarmTests
{
    [Fact]
    public async Task Watch_CameraIsSilentThenSends_AlarmComesAndGoes()
    {
        await using var server = await TestServer.StartReadyAsync(["a", "b"], "--AnomalyLine:Alarms:CameraSilentAfter=00:00:05");
        var client = new AlarmService.AlarmServiceClient(server.Channel);
        using var watch = client.WatchAlarms(new(), cancellationToken: TestServer.Cancel);

        // Station b has never had a part: it waits for its first one, and is not silent.
        await server.InspectAsync([TestServer.Request("a", 1, 10)]);
        var raised = await UntilAsync(watch, alarms => alarms is [{ Kind: AlarmKind.CameraSilent }]);
        Assert.Equal((AlarmKind.CameraSilent, "a", AlarmSeverity.Critical, true, 1u), (raised[0].Kind, raised[0].Station, raised[0].Severity, raised[0].Active, raised[0].Count));
        Assert.Contains("No part has come for 5 s", raised[0].Message, StringComparison.Ordinal);

        await server.InspectAsync([TestServer.Request("a", 2, 10)]);
        var gone = await UntilAsync(watch, alarms => alarms is [{ Active: false }]);
        Assert.NotNull(gone[0].ClearTime);

        // By REST, with the number as it was given.
        var id = gone[0].Id;
        using var answer = await server.Http.PostAsJsonAsync($"/v1/alarms/{id}:acknowledge", new { note = "cable" }, TestServer.Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await UntilAsync(watch, alarms => alarms.Count == 0);
        using var again = await server.Http.PostAsJsonAsync($"/v1/alarms/{id}:acknowledge", new { note = "cable" }, TestServer.Cancel);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        await WaitAsync(async () => (await client.ListAlarmsAsync(new() { Ended = true }, cancellationToken: TestServer.Cancel)).Alarms is [{ Note: "cable" }]);
    }

    [Fact]
    public async Task Station_MayBeSilent_NoAlarm()
    {
        await using var server = await TestServer.StartReadyAsync(["a", "b"], "--AnomalyLine:Alarms:CameraSilentAfter=00:00:05");
        var client = new AlarmService.AlarmServiceClient(server.Channel);
        using var put = await server.Http.PutAsJsonAsync("/v1/stations/a/alarmSettings", new { silentAfter = "0s" }, TestServer.Cancel);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.Equal(TimeSpan.Zero, (await client.GetAlarmSettingsAsync(new() { Station = "a" }, cancellationToken: TestServer.Cancel)).SilentAfter.ToTimeSpan());
        Assert.Equal(TimeSpan.FromSeconds(5), (await client.GetAlarmSettingsAsync(new() { Station = "b" }, cancellationToken: TestServer.Cancel)).SilentAfter.ToTimeSpan());
        await server.InspectAsync([TestServer.Request("a", 1, 10), TestServer.Request("b", 2, 10)]);
        using var watch = client.WatchAlarms(new(), cancellationToken: TestServer.Cancel);
        var raised = await UntilAsync(watch, alarms => alarms.Any(alarm => alarm.Kind == AlarmKind.CameraSilent));
        Assert.Equal("b", Assert.Single(raised, alarm => alarm.Kind == AlarmKind.CameraSilent).Station);
        var refused = await Assert.ThrowsAsync<RpcException>(() => client.SetAlarmSettingsAsync(new() { Settings = new() { Station = "a", SilentAfter = new() { Seconds = 1 } } }, cancellationToken: TestServer.Cancel).ResponseAsync);
        Assert.Equal("invalid-alarm", refused.Trailers.GetValue("error-code"));
    }

    [Fact]
    public async Task Station_WithoutARecipe_IsAWarningThatViewersCannotAcknowledge()
    {
        await using var server = await TestServer.StartAsync();
        await server.Stations.CreateStationAsync(new() { Name = "a" }, cancellationToken: TestServer.Cancel);
        var client = new AlarmService.AlarmServiceClient(server.Channel);
        using var watch = client.WatchAlarms(new(), cancellationToken: TestServer.Cancel);
        var raised = await UntilAsync(watch, alarms => alarms.Count == 1);
        Assert.Equal((AlarmKind.NotReady, AlarmSeverity.Warning), (raised[0].Kind, raised[0].Severity));
        Assert.True(server.Get<AccessControl>().Keys.Add("reader", Management.Access.AccessRole.Viewer).TryGet(out var made, out _));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/alarms/{raised[0].Id}:acknowledge") { Content = JsonContent.Create(new { note = "" }) };
        request.Headers.Authorization = new("Bearer", made.Key);
        using var refused = await server.Http.SendAsync(request, TestServer.Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public async Task Training_Fails_IsAnAlarmUntilItIsAcknowledged()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await Browser.ShownLine.TrainBadlyAsync(server);
        var job = await Browser.ShownLine.StartJobAsync(server, "a", untilOver: true);
        var client = new AlarmService.AlarmServiceClient(server.Channel);
        using var watch = client.WatchAlarms(new(), cancellationToken: TestServer.Cancel);
        var raised = await UntilAsync(watch, alarms => alarms.Count == 1);
        Assert.Equal(AlarmKind.TrainingFailed, raised[0].Kind);
        Assert.Contains($"Training job {job.Id} failed", raised[0].Message, StringComparison.Ordinal);
        await client.AcknowledgeAlarmAsync(new() { Id = raised[0].Id }, cancellationToken: TestServer.Cancel);
        await UntilAsync(watch, alarms => alarms.Count == 0);
    }

    private static async Task<IReadOnlyList<Alarm>> UntilAsync(AsyncServerStreamingCall<WatchAlarmsResponse> watch, Func<IReadOnlyList<Alarm>, bool> holds)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestServer.Cancel);
        end.CancelAfter(TimeSpan.FromSeconds(60));
        while (await watch.ResponseStream.MoveNext(end.Token))
            if (holds(watch.ResponseStream.Current.Alarms)) return watch.ResponseStream.Current.Alarms;
        throw new InvalidOperationException("The stream ended.");
    }

    private static async Task WaitAsync(Func<Task<bool>> holds)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestServer.Cancel);
        end.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await holds()) await Task.Delay(50, end.Token);
    }
}
