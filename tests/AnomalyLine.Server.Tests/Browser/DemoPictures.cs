using AnomalyLine.Contracts.V1;
using AnomalyLine.Management.Access;
using Grpc.Net.Client;
using Microsoft.Playwright;

namespace AnomalyLine.Server.Tests.Browser;

/// <summary>The pictures of README.md, taken of a running demonstration: docs/images/make.sh starts it and names its ports.</summary>
[Collection(BrowserTests.Name)]
[Trait("Speed", "Slow")]
public sealed class DemoPictures(Chromium chromium)
{
    private const string User = "eva", Station = "press-1";

    [Fact(Explicit = true)]
    public async Task Demo_OfThisMachine_IsPictured()
    {
        var (http, grpc, folder) = (Setting("DEMO_HTTP"), Setting("DEMO_GRPC"), Setting("DEMO_PICTURES"));
        var key = LocalKey.Find(new Uri(grpc).Port) ?? throw new InvalidOperationException("The demonstration's server runs as another user.");
        using var channel = GrpcChannel.ForAddress(grpc, new GrpcChannelOptions { HttpHandler = new TestServer.LocalProgram(key, new SocketsHttpHandler()), DisposeHttpClient = true });
        await new AccessService.AccessServiceClient(channel).AddUserAsync(new() { Name = User, Role = Role.Engineer, Password = Chromium.Password }, cancellationToken: TestServer.Cancel);
        await TrainAsync(channel);

        await using var page = await chromium.OpenAsNobodyAsync(new Uri(http), "/sign-in");
        await page.SignInAsync(User, Chromium.Password);
        await Assertions.Expect(page.Locator(".strip li")).ToHaveCountAsync(10, new() { Timeout = 120_000 });
        await TakeAsync("line", "/", height: 1000);
        await TakeAsync("training", "/training", height: 800);
        await TakeAsync("recipes", $"/stations/{Station}/recipes", height: 800, before: () => page.Page.GetByRole(AriaRole.Slider).FillAsync("-15"));

        async Task TakeAsync(string name, string address, int height, Func<Task>? before = null)
        {
            await page.Page.SetViewportSizeAsync(1280, height);
            await page.GoAsync(address);
            if (before is not null) await before();
            await page.Page.WaitForTimeoutAsync(1500);
            await page.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png") });
        }
    }

    /// <summary>A candidate that was trained for half a minute and scores parts as a shadow.</summary>
    private static async Task TrainAsync(GrpcChannel channel)
    {
        var (jobs, models) = (new TrainingService.TrainingServiceClient(channel), new ModelService.ModelServiceClient(channel));
        var order = new TrainingOrder { Station = Station, Method = "ae-l2", Preset = "fast", BaseData = "parts", MaxMinutes = 0.5 };
        var job = (await jobs.StartJobAsync(new() { Order = order }, cancellationToken: TestServer.Cancel)).Job;
        using var call = jobs.WatchJob(new() { Id = job.Id }, cancellationToken: TestServer.Cancel);
        while (await call.ResponseStream.MoveNext(TestServer.Cancel)) job = call.ResponseStream.Current.Job;
        Assert.Equal(JobState.Succeeded, job.State);
        await models.SetShadowAsync(new() { Station = Station, Version = job.ModelVersion, Enabled = true }, cancellationToken: TestServer.Cancel);
        await jobs.StartJobAsync(new() { Order = order }, cancellationToken: TestServer.Cancel);
    }

    private static string Setting(string name) => Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set; run docs/images/make.sh.");
}
