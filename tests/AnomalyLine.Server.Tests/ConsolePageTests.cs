using System.Net;
using AnomalyLine.Server.Console;

namespace AnomalyLine.Server.Tests;

/// <summary>What pages of the console say as they are loaded; no browser is needed for it.</summary>
public sealed class ConsolePageTests
{
    private const string India = "--AnomalyLine:Plant:TimeZone=Asia/Kolkata";

    [Fact]
    public async Task Times_PlantWithAZone_AreItsOwnAndUtcOnRequest()
    {
        await using var server = await TestServer.StartReadyAsync(["a"], India);
        await server.InspectAsync([TestServer.Request("a", 1, 10)]);
        string[] pages = ["/stations/a", "/stations/a/inspections/1", "/stations/a/recipes", "/models", "/audit", "/system", "/users", "/alarms", "/samples", "/training", "/training/schedules"];
        foreach (var page in pages) Assert.Contains("UTC&#x2B;5:30", await server.Http.GetStringAsync(page, TestServer.Cancel), StringComparison.Ordinal);

        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = server.Http.BaseAddress };
        using var choice = await browser.GetAsync("/time-zone?to=utc&page=stations/a", TestServer.Cancel);
        Assert.Equal("/stations/a", choice.Headers.Location!.ToString());
        server.Http.DefaultRequestHeaders.Add("Cookie", choice.Headers.GetValues("Set-Cookie").First().Split(';')[0]);
        foreach (var page in pages)
        {
            var text = await server.Http.GetStringAsync(page, TestServer.Cancel);
            Assert.DoesNotContain("UTC&#x2B;5:30", text, StringComparison.Ordinal);
            Assert.Contains("time-zone?to=plant", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("2026-01-02T03:00", "2026-01-02T04:00", true)]
    [InlineData("2026-01-01T21:00", "2026-01-01T22:00", false)]
    public async Task Filter_OfTimes_IsByTheClockThatThePageShows(string from, string until, bool isFound)
    {
        await using var server = await TestServer.StartReadyAsync(["a"], India);
        var request = TestServer.Request("a", 1, 10);
        request.Frame.CaptureTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 1, 1, 22, 0, 0, TimeSpan.Zero));
        await server.InspectAsync([request]);

        var page = await server.Http.GetStringAsync($"/stations/a?from={from}&until={until}", TestServer.Cancel);
        Assert.Equal(isFound, !page.Contains("No part meets this.", StringComparison.Ordinal));
        Assert.Contains("The filter ends before it begins.", await server.Http.GetStringAsync($"/stations/a?from={until}&until={from}", TestServer.Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/stations/a")]
    [InlineData("/training/schedules")]
    [InlineData("/sign-in")]
    [InlineData("/nonsense")]
    public async Task Head_Page_AnswersAsGetWithoutABody(string address)
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        foreach (var client in new[] { server.Http, server.Strangers })
        {
            using var get = await client.GetAsync(address, TestServer.Cancel);
            using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, address), TestServer.Cancel);
            Assert.Equal((get.StatusCode, get.RequestMessage!.RequestUri, get.Content.Headers.ContentType), (head.StatusCode, head.RequestMessage!.RequestUri, head.Content.Headers.ContentType));
            Assert.Equal("", await head.Content.ReadAsStringAsync(TestServer.Cancel));
        }
    }

    [Fact]
    public async Task Schedules_PlantWithAZone_AreShownByItsClockWithTheirDays()
    {
        await using var server = await TestServer.StartReadyAsync(["a"], India);

        // Sunday 20:00 UTC is Monday 01:30 in India.
        await server.Training.SetScheduleAsync(new() { Schedule = new() { Station = "a", Enabled = true, MinuteOfDay = 20 * 60, Weekdays = 1, Method = "riad" } }, cancellationToken: TestServer.Cancel);

        var page = WebUtility.HtmlDecode(await server.Http.GetStringAsync("/training/schedules", TestServer.Cancel));

        Assert.Contains("Mon 01:30 UTC+5:30", page, StringComparison.Ordinal);
        Assert.Matches(@"\d 01:30 UTC\+5:30", page);
    }

    [Theory]
    [InlineData(60, 0b0000001, 330, 390, 0b0000001)]
    [InlineData(1200, 0b0000001, 330, 90, 0b0000010)]
    [InlineData(90, 0b0000010, -330, 1200, 0b0000001)]
    [InlineData(60, 0b0000001, -480, 1020, 0b1000000)]
    [InlineData(1439, 0b1000000, 1, 0, 0b0000001)]
    public void Schedule_MovedToAnotherClock_KeepsItsMoment(int minute, int days, int by, int expected, int expectedDays) => Assert.Equal((expected, expectedDays), ScheduleText.Move(minute, days, by));

    [Fact]
    public async Task Address_Unknown_HelpsAPersonAndIsABareStatusForAProgram()
    {
        await using var server = await TestServer.StartAsync();
        using var bare = await server.Http.GetAsync("/nonsense", TestServer.Cancel);
        Assert.Equal((HttpStatusCode.NotFound, ""), (bare.StatusCode, await bare.Content.ReadAsStringAsync(TestServer.Cancel)));

        server.Http.DefaultRequestHeaders.Add("Accept", "text/html,application/xhtml+xml");
        using var page = await server.Http.GetAsync("/stations/a/nonsense", TestServer.Cancel);
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        Assert.Contains("There is no page at this address", await page.Content.ReadAsStringAsync(TestServer.Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strip_OneStationWithoutAModel_DoesNotPushTheOthersOut()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await server.Stations.CreateStationAsync(new() { Name = "b" }, cancellationToken: TestServer.Cancel);
        await server.InspectAsync([TestServer.Request("a", 1, 250)]);
        for (ulong part = 1; part <= 12; part++) await server.InspectAsync([TestServer.Request("b", part, 10)]);

        string page;
        do page = await server.Http.GetStringAsync("/?view=pictures", TestServer.Cancel);
        while (!page.Contains("stations/b/inspections/12", StringComparison.Ordinal));
        var strip = page[page.IndexOf("class=\"strip\"", StringComparison.Ordinal)..];
        Assert.Contains("stations/a/inspections/1\"", strip, StringComparison.Ordinal);
        Assert.DoesNotContain("stations/b/inspections/11\"", strip, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/setup")]
    public async Task Door_AnyLanguage_LeadsToTheOthers(string address)
    {
        await using var server = await TestServer.StartAsync();
        Assert.Contains($"language?to=de&amp;page={address[1..]}", await server.Strangers.GetStringAsync(address, TestServer.Cancel), StringComparison.Ordinal);
    }
}
