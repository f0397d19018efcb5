using System.Net;
using System.Net.Http.Json;
using AnomalyLine.Inspection;
using AnomalyLine.Server.Cameras;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests;

/// <summary>Cameras that attach themselves, and triggers that reach them.</summary>
public sealed class CameraTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task TriggerCamera_SoftwareTrigger_ReachesTheCameraOverGrpcAndRest()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var calls = new Wire.CameraService.CameraServiceClient(server.Channel);
        using var camera = await AttachAsync(server, Status("top", "a", Wire.CameraTrigger.Software));
        using var free = await AttachAsync(server, Status("side", "a", Wire.CameraTrigger.FreeRun));

        var asked = calls.TriggerCameraAsync(new() { Station = "a" }, cancellationToken: TestServer.Cancel).ResponseAsync;
        await AnswerAsync(camera, "");
        Assert.Equal("top", (await asked).Camera);

        var byRest = server.Http.PostAsJsonAsync("/v1/stations/a:trigger", new { camera = "top" }, TestServer.Cancel);
        await AnswerAsync(camera, "is being opened anew");
        using var refused = await byRest;
        var text = await refused.Content.ReadAsStringAsync(TestServer.Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("Camera 'top' of station 'a' is being opened anew.", text.Replace("\\u0027", "'", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("trigger-refused", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TriggerCamera_NobodyToTrigger_SaysWhatIsMissing()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        Assert.Equal("station-not-found", (await RefusedAsync(server, "x")).Word);
        Assert.Equal((StatusCode.FailedPrecondition, "camera-not-attached"), (await RefusedAsync(server, "a")).Short);

        using var free = await AttachAsync(server, Status("side", "a", Wire.CameraTrigger.Hardware));
        Assert.Equal("camera-not-attached", (await RefusedAsync(server, "a", "top")).Word);
        Assert.Contains("'side' has another one", (await RefusedAsync(server, "a")).Text, StringComparison.Ordinal);

        using var one = await AttachAsync(server, Status("top", "a", Wire.CameraTrigger.Software));
        using var two = await AttachAsync(server, Status("top-2", "a", Wire.CameraTrigger.Software));
        Assert.Contains("2 cameras with a software trigger ('top', 'top-2')", (await RefusedAsync(server, "a")).Text, StringComparison.Ordinal);
        two.Dispose();
        await UntilAsync(() => server.Get<AttachedCameras>().All.Any(camera => !camera.IsAttached));
        var asked = RefusedAsync(server, "a");
        Assert.True(await one.ResponseStream.MoveNext(TestServer.Cancel));
        one.Dispose();
        Assert.Equal((StatusCode.Unavailable, "camera-silent"), (await asked).Short);
    }

    [Fact]
    public async Task ListCameras_AttachedAndGone_HasTheNewestOfEach()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var calls = new Wire.CameraService.CameraServiceClient(server.Channel);
        using (var camera = await AttachAsync(server, Status("top", "nowhere", Wire.CameraTrigger.FreeRun)))
        {
            var newer = Status("top", "nowhere", Wire.CameraTrigger.FreeRun);
            (newer.Frames, newer.Lost, newer.TemperatureCelsius, newer.Fault) = (7, 2, 41.5, "a\u001b[2J");
            await camera.RequestStream.WriteAsync(new() { Status = newer }, TestServer.Cancel);
            await UntilAsync(() => server.Get<AttachedCameras>().All.Single().Report.Frames == 7);
            var listed = Assert.Single((await calls.ListCamerasAsync(new(), cancellationToken: TestServer.Cancel)).Cameras);
            Assert.Equal((true, "nowhere", "top", 2ul, 41.5, "a\\u001B[2J"), (listed.Attached, listed.Status.Station, listed.Status.Name, listed.Status.Lost, listed.Status.TemperatureCelsius, listed.Status.Fault));
            Assert.InRange(listed.Status.SinceLastFrame.ToTimeSpan(), TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(2));
        }

        await UntilAsync(() => !server.Get<AttachedCameras>().All.Single().IsAttached);
        using var again = await AttachAsync(server, Status("top", "nowhere", Wire.CameraTrigger.FreeRun));
        Assert.True(Assert.Single((await calls.ListCamerasAsync(new(), cancellationToken: TestServer.Cancel)).Cameras).Attached);
    }

    [Fact]
    public async Task CamerasPage_AttachedFaultyAndGone_SaysHowEachIsAndShowsTheNewestFrame()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        Assert.Contains("No camera is attached", await server.Http.GetStringAsync("/cameras", TestServer.Cancel), StringComparison.Ordinal);
        await server.InspectAsync([TestServer.Request("a", 1, 1)]);
        var warm = Status("top", "a", Wire.CameraTrigger.Software);
        warm.TemperatureCelsius = 41.5;
        var broken = Status("side", "nowhere", Wire.CameraTrigger.FreeRun);
        broken.Fault = "cable <pulled>";
        using var camera = await AttachAsync(server, warm);
        using var other = await AttachAsync(server, broken);
        using (await AttachAsync(server, Status("old", "a", Wire.CameraTrigger.FreeRun))) { }
        await UntilAsync(() => server.Get<AttachedCameras>().All.Any(each => !each.IsAttached));

        var page = WebUtility.HtmlDecode(await server.Http.GetStringAsync("/cameras?station=a&camera=top", TestServer.Cancel));

        foreach (var part in (string[])["waits for triggers", "41.5 °C", "cable <pulled>", "no frames", "There is no such station.", "not connected", "stations/a/inspections/1/frame?width=4096", "Sharpness in the middle", "software trigger"])
            Assert.Contains(part, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AttachCamera_WhatCannotBe_EndsTheStreamWithItsReason()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var key = await server.Access.AddKeyAsync(new() { Name = "press", Role = Wire.Role.Camera, Stations = { "a" } }, cancellationToken: TestServer.Cancel);
        var mine = new Metadata { { "authorization", $"Bearer {key.Secret}" } };
        Assert.Equal((StatusCode.InvalidArgument, "invalid-argument"), await EndAsync(server, null, new Wire.AttachCameraRequest { Result = new() }));
        Assert.Equal((StatusCode.InvalidArgument, "invalid-argument"), await EndAsync(server, null, new Wire.AttachCameraRequest { Status = Status("", "a", Wire.CameraTrigger.FreeRun) }));
        Assert.Equal((StatusCode.InvalidArgument, "invalid-argument"), await EndAsync(server, null, new Wire.AttachCameraRequest { Status = Status("top", "a", Wire.CameraTrigger.Unspecified) }));
        Assert.Equal((StatusCode.InvalidArgument, "invalid-argument"), await EndAsync(server, mine, new() { Status = Status("top", "a", Wire.CameraTrigger.FreeRun) }, new() { Status = Status("side", "a", Wire.CameraTrigger.FreeRun) }));
        Assert.Equal((StatusCode.PermissionDenied, "role-missing"), await EndAsync(server, mine, new Wire.AttachCameraRequest { Status = Status("top", "b", Wire.CameraTrigger.FreeRun) }));
        var triggered = await Assert.ThrowsAsync<RpcException>(() => new Wire.CameraService.CameraServiceClient(server.Channel).TriggerCameraAsync(new() { Station = "a" }, mine, cancellationToken: TestServer.Cancel).ResponseAsync);
        Assert.Equal(StatusCode.PermissionDenied, triggered.StatusCode);
    }

    [Fact]
    public async Task Trigger_CameraThatSaysNothing_IsWaitedForTwoSecondsAndSixteenAtATime()
    {
        var time = new FakeTimeProvider(s_start);
        var cameras = new AttachedCameras(time);
        var camera = cameras.Attach(Report("top"))!;
        var asked = Enumerable.Range(0, AttachedCamera.MostTriggers).Select(_ => cameras.TriggerAsync("a", "", TestServer.Cancel)).ToList();
        Assert.Equal(LineErrorCode.TriggerRefused, (await cameras.TriggerAsync("a", "", TestServer.Cancel)).Error?.Code);
        camera.Answer(1, null);
        Assert.Same(camera, (await asked[0]).Value);
        time.Advance(AttachedCamera.Patience);
        foreach (var silent in asked[1..]) Assert.Equal(LineErrorCode.CameraSilent, (await silent).Error?.Code);
        camera.Answer(2, null);

        var next = cameras.TriggerAsync("a", "top", TestServer.Cancel);
        camera.Answer(AttachedCamera.MostTriggers + 1, null);
        Assert.Null((await next).Error);
    }

    [Fact]
    public void Attach_MoreThanAreKept_ForgetsThoseThatAreGoneForLongestAndNoOther()
    {
        var cameras = new AttachedCameras(TimeProvider.System);
        var all = Enumerable.Range(0, AttachedCameras.Most).Select(number => cameras.Attach(Report($"{number:0000}", number))!).ToList();
        Assert.Null(cameras.Attach(Report("more")));
        all[8].Leave();
        all[7].Leave();
        Assert.NotNull(cameras.Attach(Report("more")));
        Assert.Equal((false, true, AttachedCameras.Most), (cameras.All.Contains(all[7]), cameras.All.Contains(all[8]), cameras.All.Count));
    }

    private static CameraReport Report(string name, int second = 0) => new() { Time = s_start.AddSeconds(second), Name = name, Station = "a", Source = "genicam:1", Trigger = CameraTrigger.Software };

    private static Wire.CameraStatus Status(string name, string station, Wire.CameraTrigger trigger) =>
        new() { Name = name, Station = station, Source = "genicam:1", Trigger = trigger, SinceLastFrame = new() { Seconds = 3 } };

    private static async Task<AsyncDuplexStreamingCall<Wire.AttachCameraRequest, Wire.AttachCameraResponse>> AttachAsync(TestServer server, Wire.CameraStatus status)
    {
        var call = new Wire.CameraService.CameraServiceClient(server.Channel).AttachCamera(cancellationToken: TestServer.Cancel);
        await call.RequestStream.WriteAsync(new() { Status = status }, TestServer.Cancel);
        await UntilAsync(() => server.Get<AttachedCameras>().All.Any(camera => camera.IsAttached && camera.Report.Name == status.Name));
        return call;
    }

    private static async Task AnswerAsync(AsyncDuplexStreamingCall<Wire.AttachCameraRequest, Wire.AttachCameraResponse> camera, string refusal)
    {
        Assert.True(await camera.ResponseStream.MoveNext(TestServer.Cancel));
        await camera.RequestStream.WriteAsync(new() { Result = new() { TriggerId = camera.ResponseStream.Current.TriggerId, Refusal = refusal } }, TestServer.Cancel);
    }

    private static async Task<(StatusCode, string?)> EndAsync(TestServer server, Metadata? key, params Wire.AttachCameraRequest[] requests)
    {
        using var call = new Wire.CameraService.CameraServiceClient(server.Channel).AttachCamera(key, cancellationToken: TestServer.Cancel);
        foreach (var request in requests) await call.RequestStream.WriteAsync(request, TestServer.Cancel);
        var end = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestServer.Cancel));
        return (end.StatusCode, end.Trailers.GetValue("error-code"));
    }

    private static async Task<Refused> RefusedAsync(TestServer server, string station, string camera = "")
    {
        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            new Wire.CameraService.CameraServiceClient(server.Channel).TriggerCameraAsync(new() { Station = station, Camera = camera }, cancellationToken: TestServer.Cancel).ResponseAsync);
        return new Refused(failure.StatusCode, failure.Trailers.GetValue("error-code"), failure.Status.Detail);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        while (!isSo())
        {
            TestServer.Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private sealed record Refused(StatusCode Status, string? Word, string Text)
    {
        public (StatusCode, string?) Short => (Status, Word);
    }
}
