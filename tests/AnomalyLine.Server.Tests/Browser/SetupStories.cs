using System.IO.Compression;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Management.Samples;
using AnomalyLine.Server.Hosting;
using Microsoft.Playwright;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests.Browser;

/// <summary>From nothing to a station that judges, without a command.</summary>
[Collection(BrowserTests.Name)]
[Trait("Speed", "Slow")]
public sealed class SetupStories(Chromium chromium)
{
    [Fact]
    public async Task FirstHour_NamePicturesModelAndPolicy_AllInTheBrowser()
    {
        await using var server = await TestServer.StartAsync();
        await using var page = await chromium.OpenAsync(server, "/");
        await page.Page.GetByLabel("Name of the new station").FillAsync("a/b");
        await page.Button("Add a station").ClickAsync();
        await ConsolePage.SeesAsync(page.Page.GetByRole(AriaRole.Alert));
        await page.Page.GetByLabel("Name of the new station").FillAsync("press-1");
        await page.Button("Add a station").ClickAsync();
        await page.Page.WaitForURLAsync("**/stations/press-1/setup");
        await page.UntilAliveAsync();
        await ConsolePage.SaysAsync(page.Locator(".setup .step").First, "No camera has sent a picture yet");

        // A camera of a station without a model: its picture is shown, and can be kept.
        await server.InspectAsync([ShownLine.Part("press-1", 1), ShownLine.Part("press-1", 2)]);
        await ConsolePage.SaysAsync(page.Locator(".setup .step").First, "Last part");
        await page.Button("Keep the latest pictures as samples").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".setup .step").First, "2 pictures are kept.");
        await page.Page.GetByLabel("Pictures or a zip file").SetInputFilesAsync(new FilePayload[] { new() { Name = "part-7.png", MimeType = "image/png", Buffer = Png(7) }, new() { Name = "notes.png", MimeType = "image/png", Buffer = [1, 2, 3] }, new() { Name = "parts.zip", MimeType = "application/zip", Buffer = Zip() } });
        await ConsolePage.SaysAsync(page.Locator(".setup .step").Nth(1), "4 pictures are kept.");
        await ConsolePage.SaysAsync(page.Page.GetByRole(AriaRole.Alert), "notes.png");
        await ConsolePage.SaysAsync(page.Locator(".setup .step").Nth(1), "6 wait for review");
        var samples = (await server.Samples.ListSamplesAsync(new() { Station = "press-1", Reason = Wire.SampleReason.Imported }, cancellationToken: TestServer.Cancel)).Samples;
        Assert.Equal([("A-4701", ""), ("A-4702", ""), ("part-7", ""), ("b", ""), ("c", "large hole"), ("d", "")], samples.Select(sample => (sample.PartId, sample.Defect)));
        await server.Samples.ReviewSamplesAsync(new() { Ids = { samples[0].Id }, State = Wire.SampleState.Approved }, cancellationToken: TestServer.Cancel);
        await ConsolePage.SaysAsync(page.Locator(".setup .step").Nth(1), "1 of 99 good parts are approved");

        await page.Page.GetByLabel("Upload a model file (.alm)").SetInputFilesAsync(new FilePayload { Name = "x.alm", MimeType = "application/octet-stream", Buffer = "broken"u8.ToArray() });
        await ConsolePage.SaysAsync(page.Locator(".setup .step").Nth(2), "broken");
        await page.Page.GetByLabel("Upload a model file (.alm)").SetInputFilesAsync(new FilePayload { Name = "x.alm", MimeType = "application/octet-stream", Buffer = "a model"u8.ToArray() });
        await ConsolePage.SaysAsync(page.Locator(".setup .step").Nth(2), "is a candidate of this station");
        await page.Page.GetByText("Which frames are kept for training").ClickAsync();
        await page.Page.GetByLabel("One of so many OK (0: none)").FillAsync("7");
        await page.Button("Save").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator("details [role=status]"), "Saved.");
        Assert.Equal(7u, (await server.Samples.GetCollectionAsync(new() { Station = "press-1" }, cancellationToken: TestServer.Cancel)).Policy.EveryNthOk);
        Assert.Equal(["station.create", "sample.import", "model.upload", "model.register", "collection.set"],
            (await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: TestServer.Cancel)).Entries.Where(entry => entry.User == Chromium.User && !entry.Action.StartsWith("session", StringComparison.Ordinal)).Select(entry => entry.Action).Distinct());
        foreach (var view in View.All)
        {
            await page.LookAsync(view);
            await page.KeepAsync("station-setup");
            Assert.Equal([], await page.FindFaultsAsync());
        }

        await page.GoAsync("/language?to=de&page=stations/press-1/setup");
        await page.KeepAsync("german-station-setup");
        await page.GoAsync("/training?station=press-1");
        Assert.Equal("press-1", await page.Locator(".choices select").First.InputValueAsync());
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task AddZip_NoZipOrTooMuch_IsRefusedAndKeepsNothing()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var import = server.Get<SampleImport>();
        var caller = new Management.Audit.Caller("ann", "test");
        using var text = new MemoryStream([1, 2, 3, 4]);
        using var empty = new MemoryStream();
        using (var zip = new ZipArchive(empty, ZipArchiveMode.Create, leaveOpen: true)) zip.CreateEntry("readme.txt");
        foreach (var file in (Stream[])[text, empty])
        {
            file.Position = 0;
            var refused = (await import.AddZipAsync("a", file, SampleLabel.Normal, "", caller, () => { }, TestServer.Cancel)).Error;
            Assert.Equal(Inspection.LineErrorCode.InvalidSample, refused?.Code);
        }

        await Assert.ThrowsAsync<IOException>(() => import.StoreAsync(new MemoryStream(), long.MaxValue / 2, TestServer.Cancel));
        Assert.Empty(Directory.GetFiles(server.Folder, "upload-*"));
    }

    private static byte[] Zip()
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, grey) in (ValueTuple<string, int>[])[("set/train/good/b.png", 11), ("set/test/large hole/c.png", 12), ("d.png", 13), ("set/ground_truth/large hole/c_mask.png", 14)])
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Png(grey));
            }
        }

        return stream.ToArray();
    }

    private static byte[] Png(int grey)
    {
        Assert.True(Frame.TryCreate(PixelFormat.Mono8, 16, 16, 0, Enumerable.Repeat((byte)grey, 256).ToArray(), DateTimeOffset.UnixEpoch, out var frame, out var error), error);
        Assert.True(FrameFile.TryWritePng(frame, out var file, out _, out _, out error), error);
        return file;
    }
}
