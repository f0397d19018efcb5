using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;
using AnomalyLine.Management.Drift;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Training;
using AnomalyLine.Server.Console;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnomalyLine.Server.Tests;

public sealed partial class LanguageTests
{
    /// <summary>All but English, which stands in the pages.</summary>
    public static TheoryData<string> Translations => [.. Languages.All.Skip(1).Select(culture => culture.Name)];

    [Theory]
    [MemberData(nameof(Translations))]
    public void Translation_EveryTextOfThePages_IsThereWithTheSamePlaces(string language)
    {
        var translated = Entries(language);
        var used = Sources().SelectMany(source => Used().Matches(source).Select(match => Regex.Unescape(match.Groups[1].Value))).Distinct(StringComparer.Ordinal).ToArray();

        Assert.True(used.Length > 100, $"only {used.Length} texts were found");
        Assert.Equal([], used.Where(text => !translated.ContainsKey(text)));
        Assert.Equal([], translated.Where(entry => !Places(entry.Key).SetEquals(Places(entry.Value))).Select(entry => entry.Key));
    }

    [Theory]
    [MemberData(nameof(Translations))]
    public void Translation_EveryEntry_StandsInASource(string language)
    {
        var sources = string.Join('\n', Sources());
        var named = Enum.GetNames<AccessRole>().Concat(Enum.GetNames<ModelStage>()).Concat(Enum.GetNames<JobState>()).ToHashSet(StringComparer.Ordinal);
        Assert.Equal([], Entries(language).Keys.Where(text => !named.Contains(text) && !sources.Contains($"\"{text}\"", StringComparison.Ordinal) && !sources.Contains($"\"{text.Replace("\"", "\\\"", StringComparison.Ordinal)}\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void Translations_EachWithTheOthers_HaveTheSameEntries()
    {
        var keys = Languages.All.Skip(1).Select(culture => Entries(culture.Name).Keys.Order(StringComparer.Ordinal)).ToArray();
        Assert.All(keys, other => Assert.Equal(keys[0], other));
    }

    [Fact]
    public void Chinese_EveryEntry_IsChineseWithItsOwnPunctuation()
    {
        var entries = Entries("zh-CN");
        Assert.Equal([], entries.Where(entry => entry.Value.EnumerateRunes().All(rune => rune.Value is < 0x4e00 or > 0x9fff) && Letter().IsMatch(entry.Key.Replace(" of ", "", StringComparison.Ordinal).Replace(" x ", "", StringComparison.Ordinal))).Select(entry => $"{entry.Key}: {entry.Value}"));
        Assert.Equal([], entries.Where(entry => WesternPunctuation().IsMatch(entry.Value)).Select(entry => entry.Value));
    }

    [Theory]
    [InlineData("zh", "zh-CN")]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN")]
    [InlineData("zh-SG", "zh-CN")]
    [InlineData("zh-hans-CN", "zh-CN")]
    [InlineData("zh-TW,de;q=0.5", "de")]
    [InlineData("zh-TW,zh;q=0.9,en-US;q=0.8", "zh-CN")]
    [InlineData("zh-Hant-HK", "en")]
    [InlineData("de-AT", "de")]
    [InlineData("de-DE,en;q=0.5", "de")]
    [InlineData("fr-FR,en-GB;q=0.9,de;q=0.5", "en")]
    [InlineData("de;q=0,fr", "en")]
    [InlineData("tlh", "en")]
    public async Task Browser_AsksForALanguageOfACountry_GetsTheLanguage(string asked, string expected)
    {
        await using var server = await TestServer.StartAsync();
        server.Strangers.DefaultRequestHeaders.Add("Accept-Language", asked);
        var page = await server.Strangers.GetStringAsync("/setup", TestServer.Cancel);
        Assert.Contains($"<html lang=\"{expected}\"", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("en", "1,234,567", "0.25", "2026-11-02 ", "12.3%", "12.5 %", "+7.5 %")]
    [InlineData("de", "1.234.567", "0,25", "02.11.2026 ", "12,3%", "12,5 %", "+7,5 %")]
    [InlineData("zh-CN", "1,234,567", "0.25", "2026-11-02 ", "12.3%", "12.5%", "+7.5%")]
    public void Figures_OfALanguage_AreWrittenItsWay(string language, string count, string score, string day, string share, string percent, string shift)
    {
        In(language, _ =>
        {
            Assert.Equal(count, Figures.Count(1234567));
            Assert.Equal(score, Figures.Score(0.25f));
            Assert.StartsWith(day, Figures.Moment(new DateTimeOffset(2026, 11, 2, 1, 2, 3, TimeSpan.Zero)), StringComparison.Ordinal);
            Assert.Equal((share, percent, shift), (Figures.Share(123, 1000), Figures.Percent(0.125), Figures.Shift(0.075f)));
        });
    }

    [Theory]
    [InlineData("en")]
    [InlineData("de")]
    [InlineData("zh-CN")]
    public async Task Interface_InALanguage_WritesNumbersAsInAnyOther(string language)
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await server.InspectAsync([TestServer.Request("a", 1, 10)]);
        string[] addresses = ["/v1/stations/a/inspections/1", "/v1/stations/a/inspections.csv"];
        var plain = await Task.WhenAll(addresses.Select(address => server.Http.GetStringAsync(address, TestServer.Cancel)));
        server.Http.DefaultRequestHeaders.Add("Accept-Language", language);
        server.Http.DefaultRequestHeaders.Add("Cookie", $".AspNetCore.Culture={Uri.EscapeDataString($"c={language}|uic={language}")}");

        Assert.Matches(@"\d\.\d", plain[0]);
        Assert.Equal(plain, await Task.WhenAll(addresses.Select(address => server.Http.GetStringAsync(address, TestServer.Cancel))));
        var metrics = await server.Http.GetStringAsync("/metrics", TestServer.Cancel);
        Assert.Matches(@" \d+\.\d", metrics);
        Assert.DoesNotMatch(@" \d+,\d", metrics);
    }

    [Theory]
    [MemberData(nameof(Translations))]
    public void VerdictsRolesStagesAndStates_InATranslation_AllHaveWords(string language)
    {
        In(language, words =>
        {
            Assert.All(Enum.GetValues<Verdict>(), verdict => Assert.False(words[VerdictLook.Word(verdict)].ResourceNotFound));
            Assert.All([.. Enum.GetNames<AccessRole>(), .. Enum.GetNames<ModelStage>(), .. Enum.GetNames<JobState>()], name => Assert.False(words[name].ResourceNotFound, name));
        });
    }

    [Theory]
    [MemberData(nameof(Translations))]
    public void FaultsAndDrift_InATranslation_AreSaidByTheirCode(string language)
    {
        In(language, words =>
        {
            // The console watches nothing over the wire.
            var shown = Enum.GetValues<LineErrorCode>().Except([LineErrorCode.CursorAhead, LineErrorCode.InvalidWatch]);
            Assert.All(shown, code => Assert.False(FaultText.Of(new LineError(code, "x y"), words).StartsWith('x'), code.ToString()));
            Assert.All(Enum.GetValues<DriftSignal>(), signal => Assert.All([true, false], rises =>
            {
                var alarm = new DriftAlarm("a", signal, rises, 0.25, 0.5, 10, DateTimeOffset.UnixEpoch, "x", "x");
                Assert.False(DriftText.Reason(alarm, words).StartsWith('x') || DriftText.Suggestion(alarm, words).StartsWith('x'));
                Assert.DoesNotContain("The ", DriftText.Reason(alarm, words) + DriftText.Suggestion(alarm, words), StringComparison.Ordinal);
            }));
        });
    }

    [Theory]
    [MemberData(nameof(Translations))]
    public void Jobs_InATranslation_AreSaidByTheirPhase(string language)
    {
        In(language, words =>
        {
            Assert.All(
                ["collecting the frames", "checking: x", "loading: x", "training: x", "calibrating: x", "saving: x", "comparing: x"],
                message => Assert.NotEqual(message, JobText.Of(new TrainingJob { Station = "a", State = JobState.Running, Message = message }, words)));
            Assert.Equal("other: x", JobText.Of(new TrainingJob { Station = "a", State = JobState.Running, Message = "other: x" }, words));
        });
    }

    [Theory]
    [InlineData("de", "Die Station hat kein aktives Rezept; aktivieren Sie eines.")]
    [InlineData("zh-CN", "工位没有在用配方；请启用一个。")]
    public async Task LinePage_StationWithoutARecipe_SaysSoInTheLanguage(string asked, string expected)
    {
        await using var server = await TestServer.StartAsync();
        await server.Stations.CreateStationAsync(new() { Name = "a" }, cancellationToken: TestServer.Cancel);
        server.Http.DefaultRequestHeaders.Add("Accept-Language", asked);

        foreach (var address in new[] { "/", "/stations/a" })
        {
            var page = System.Net.WebUtility.HtmlDecode(await server.Http.GetStringAsync(address, TestServer.Cancel));
            Assert.Contains(expected, page, StringComparison.Ordinal);
            Assert.DoesNotContain("has no active recipe", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task LinePage_Languages_AreThoseOfTheBrowserOrOfTheChoice()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        using var client = new HttpClient(server.AsLocalProgram(new HttpClientHandler { AllowAutoRedirect = false })) { BaseAddress = server.Http.BaseAddress };

        Assert.Contains("<html lang=\"en\">", await client.GetStringAsync("/", TestServer.Cancel), StringComparison.Ordinal);
        Assert.Contains("1 of 1 stations ready", await client.GetStringAsync("/", TestServer.Cancel), StringComparison.Ordinal);

        using var choice = await client.GetAsync("/language?to=de&page=stations/a%3Fshow%3Dnear", TestServer.Cancel);
        Assert.Equal("/stations/a?show=near", choice.Headers.Location?.OriginalString);
        var page = await client.GetStringAsync("/", TestServer.Cancel);
        Assert.Contains("<html lang=\"de\">", page, StringComparison.Ordinal);
        Assert.Contains("1 von 1 Stationen bereit", page, StringComparison.Ordinal);
        Assert.Contains("lang=\"zh-CN\" hreflang=\"zh-CN\" title=\"简体中文\">中文</a>", System.Net.WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        using var chinese = await client.GetAsync("/language?to=zh-CN&page=", TestServer.Cancel);
        page = System.Net.WebUtility.HtmlDecode(await client.GetStringAsync("/", TestServer.Cancel));
        Assert.Contains("<html lang=\"zh-CN\">", page, StringComparison.Ordinal);
        Assert.Contains("1/1 个工位就绪", page, StringComparison.Ordinal);

        using var other = new HttpClient(server.AsLocalProgram()) { BaseAddress = server.Http.BaseAddress };
        other.DefaultRequestHeaders.Add("Accept-Language", "fr,de;q=0.8");
        Assert.Contains("<html lang=\"de\">", await other.GetStringAsync("/", TestServer.Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//elsewhere.example")]
    [InlineData("https://elsewhere.example")]
    [InlineData("\\\\elsewhere.example")]
    [InlineData("/\\elsewhere.example")]
    public async Task Language_PageElsewhere_LeadsToTheLine(string page)
    {
        await using var server = await TestServer.StartAsync();
        using var client = new HttpClient(server.AsLocalProgram(new HttpClientHandler { AllowAutoRedirect = false })) { BaseAddress = server.Http.BaseAddress };

        using var answer = await client.GetAsync($"/language?to=de&page={Uri.EscapeDataString(page)}", TestServer.Cancel);

        Assert.Equal("/", answer.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task Language_Unknown_SaysWhichThereAre()
    {
        await using var server = await TestServer.StartAsync();

        using var answer = await server.Http.GetAsync("/language?to=tlh&page=", TestServer.Cancel);

        Assert.Equal(System.Net.HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("en, de, zh-CN", await answer.Content.ReadAsStringAsync(TestServer.Cancel), StringComparison.Ordinal);
    }

    /// <summary>Does something as a page of a language does.</summary>
    private static void In(string language, Action<IStringLocalizer> act)
    {
        var before = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (Culture(language), Culture(language));
            act(new ResourceManagerStringLocalizerFactory(Microsoft.Extensions.Options.Options.Create(new LocalizationOptions()), NullLoggerFactory.Instance).Create(typeof(Words)));
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = before;
        }
    }

    private static CultureInfo Culture(string language) => Languages.All.Single(culture => culture.Name == language);

    private static Dictionary<string, string> Entries(string language)
    {
        var resources = new ResourceManager(typeof(Words)).GetResourceSet(Culture(language), createIfNotExists: true, tryParents: false)!;
        return resources.Cast<System.Collections.DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!, StringComparer.Ordinal);
    }

    private static string[] Sources()
    {
        string[] parts = ["AnomalyLine.Server/Console", "AnomalyLine.Server/Demo", "AnomalyLine.Server/Access", "AnomalyLine.Server/Http", "AnomalyLine.Management/Access"];
        return [.. parts.SelectMany(part => Directory.EnumerateFiles(Checkout.PathOf("src", part))).Where(file => Path.GetExtension(file) is ".razor" or ".cs").Select(File.ReadAllText)];
    }

    private static HashSet<string> Places(string text) => [.. Place().Matches(text).Select(match => match.Value)];

    [GeneratedRegex("""(?:[Ww]ords|Localizer<Words>>\(\))\["((?:[^"\\]|\\.)+)""")]
    private static partial Regex Used();

    [GeneratedRegex("[A-Za-z]{2}")]
    private static partial Regex Letter();

    /// <summary>Half-width marks beside a Chinese character.</summary>
    [GeneratedRegex(@"[\u4e00-\u9fff][,;:!?()]|[,;!?()][\u4e00-\u9fff]|[\u4e00-\u9fff]\.(?:$|\s)")]
    private static partial Regex WesternPunctuation();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Place();
}
