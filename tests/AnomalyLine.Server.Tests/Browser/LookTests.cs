using AnomalyLine.Contracts.V1;
using AnomalyLine.Server.Cameras;
using Grpc.Core;
using CameraTrigger = AnomalyLine.Contracts.V1.CameraTrigger;

namespace AnomalyLine.Server.Tests.Browser;

/// <summary>Every page at the size of a panel and of a phone, light and dark: nothing that axe calls serious, nothing wider than the window, no script's complaint; and a screenshot of each.</summary>
[Collection(BrowserTests.Name)]
[Trait("Speed", "Slow")]
public sealed class LookTests(Chromium chromium)
{
    [Fact]
    public async Task Pages_EachView_AreUsableByAllAndFit()
    {
        await using var server = await ShownLine.StartAsync();
        var active = await ShownLine.ActiveAsync(server, ShownLine.First);
        await server.Recipes.SetSensitivityAsync(new() { Station = ShownLine.First, Sensitivity = 0.1f }, cancellationToken: TestServer.Cancel);
        await ShownLine.TrainFastAsync(server, active, passes: false);
        var job = await ShownLine.StartJobAsync(server, ShownLine.First, untilOver: true);
        await ShownLine.TrainBadlyAsync(server);
        var failed = await ShownLine.StartJobAsync(server, ShownLine.First, untilOver: true);
        await ShownLine.TrainLongAsync(server);
        var running = await ShownLine.StartJobAsync(server, ShownLine.First, untilOver: false);
        await server.InspectAsync([ShownLine.Part(ShownLine.First, 25), ShownLine.Part(ShownLine.Second, 9, isReject: true)]);

        await server.Training.SetScheduleAsync(new() { Schedule = new() { Station = ShownLine.First, Enabled = true, MinuteOfDay = 90, AfterApproved = 50, Method = "dinomaly", MaxMinutes = 20 } }, cancellationToken: TestServer.Cancel);
        using var camera = await AttachCamerasAsync(server);
        var faults = new List<string>();
        (string Name, string Address)[] pages =
        [
            ("line", "/"), ("station", "/stations/press-1"), ("station-filtered", "/stations/press-1?show=rejected"), ("station-not-ready", "/stations/press-3"), ("station-unknown", "/stations/none"),
            ("inspection", "/stations/press-1/inspections/4"), ("inspection-unknown", "/stations/press-1/inspections/99"),
            ("recipes", "/stations/press-1/recipes"), ("recipes-compared", "/stations/press-1/recipes?from=1&to=2"), ("models", "/models"), ("samples", "/samples"), ("training", "/training"), ("schedules", "/training/schedules"), ("job-running", $"/training/jobs/{running.Id}"), ("job-failed", $"/training/jobs/{failed.Id}"), ("job-done", $"/training/jobs/{job.Id}"),
            ("gate", $"/stations/press-1/models/{job.ModelVersion}/gate"), ("alarms", "/alarms"), ("cameras", "/cameras?station=press-1"), ("report", "/report"), ("wall", "/wall"), ("audit", "/audit?check=true"), ("system", "/system"), ("users", "/users"), ("account", "/account"), ("no-access", "/no-access?needs=Engineer"), ("api", "/api"), ("sign-in", "/sign-in"),
        ];
        await using (var page = await chromium.OpenAsync(server, "/"))
        {
            foreach (var (name, address) in pages)
            {
                await page.GoAsync(address);
                foreach (var view in View.All) await LookAsync(page, view, name, "");
            }
        }

        // German words are longer, Chinese characters wider and from another font; and a phone is the narrowest.
        foreach (var (language, view) in new[] { ("de", View.All[2]), ("zh-CN", View.All[2]), ("zh-CN", View.Panel) })
        {
            await using var page = await chromium.OpenAsync(server, $"/language?to={language}&page=");
            foreach (var (name, address) in pages)
            {
                await page.GoAsync(address);
                await LookAsync(page, view, name, language);
            }
        }

        await server.Training.CancelJobAsync(new() { Id = running.Id }, cancellationToken: TestServer.Cancel);
        Assert.True(faults.Count == 0, string.Join('\n', faults));

        async Task LookAsync(ConsolePage page, View view, string name, string language)
        {
            await page.LookAsync(view);
            await page.KeepAsync(language.Length == 0 ? name : $"{language}-{name}");
            faults.AddRange((await page.FindFaultsAsync()).Concat(page.Errors).Select(fault => $"{name} {language}, {view.Name}: {fault}"));
            page.Errors.Clear();
        }
    }

    /// <summary>One that is well and one that is gone.</summary>
    private static async Task<IDisposable> AttachCamerasAsync(TestServer server)
    {
        var gone = await AttachAsync(new() { Name = "side", Station = "press-2", Source = "rtsp://10.0.0.7/main", Trigger = CameraTrigger.FreeRun, Fault = "the camera does not answer any more (control lost); check its cable and power.", Frames = 90_210, Lost = 2 });
        gone.Dispose();
        return await AttachAsync(new()
        {
            Name = "top",
            Station = ShownLine.First,
            Source = "genicam:22334455",
            Trigger = CameraTrigger.Software,
            Frames = 1_204_310,
            Incomplete = 12,
            Reopened = 1,
            TemperatureCelsius = 46.5,
            SinceLastFrame = new() { Seconds = 1 },
        });

        async Task<AsyncDuplexStreamingCall<AttachCameraRequest, AttachCameraResponse>> AttachAsync(CameraStatus status)
        {
            var call = new CameraService.CameraServiceClient(server.Channel).AttachCamera(cancellationToken: TestServer.Cancel);
            await call.RequestStream.WriteAsync(new() { Status = status }, TestServer.Cancel);
            while (!server.Get<AttachedCameras>().All.Any(camera => camera.Report.Name == status.Name)) await Task.Yield();
            return call;
        }
    }
}
