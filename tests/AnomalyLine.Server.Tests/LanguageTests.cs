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
    private static readonly CultureInfo German = Languages.All.Single(culture => culture.Name == "de");

    [Fact]
    public void German_EveryTextOfThePages_IsThereWithTheSamePlaces()
    {
        var german = Entries();
        var used = Sources().SelectMany(source => Used().Matches(source).Select(match => Regex.Unescape(match.Groups[1].Value))).Distinct(StringComparer.Ordinal).ToArray();

        Assert.True(used.Length > 100, $"only {used.Length} texts were found");
        Assert.Equal([], used.Where(text => !german.ContainsKey(text)));
        Assert.Equal([], german.Where(entry => !Places(entry.Key).SetEquals(Places(entry.Value))).Select(entry => entry.Key));
    }

    [Fact]
    public void German_EveryEntry_StandsInASource()
    {
        var sources = string.Join('\n', Sources());
        var named = Enum.GetNames<AccessRole>().Concat(Enum.GetNames<ModelStage>()).Concat(Enum.GetNames<JobState>()).ToHashSet(StringComparer.Ordinal);
        Assert.Equal([], Entries().Keys.Where(text => !named.Contains(text) && !sources.Contains($"\"{text}\"", StringComparison.Ordinal) && !sources.Contains($"\"{text.Replace("\"", "\\\"", StringComparison.Ordinal)}\"", StringComparison.Ordinal)));
    }

    [Theory]
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

    [Fact]
    public void VerdictsRolesStagesAndStates_InGerman_AllHaveWords()
    {
        var before = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (German, German);
            var words = new ResourceManagerStringLocalizerFactory(Microsoft.Extensions.Options.Options.Create(new LocalizationOptions()), NullLoggerFactory.Instance).Create(typeof(Words));
            Assert.All(Enum.GetValues<Verdict>(), verdict => Assert.False(words[VerdictLook.Word(verdict)].ResourceNotFound));
            Assert.All([.. Enum.GetNames<AccessRole>(), .. Enum.GetNames<ModelStage>(), .. Enum.GetNames<JobState>()], name => Assert.False(words[name].ResourceNotFound, name));
            Assert.Equal("1.234.567", Figures.Count(1234567));
            Assert.Equal("0,25", Figures.Score(0.25f));
            Assert.StartsWith("02.11.2026 ", Figures.Moment(new DateTimeOffset(2026, 11, 2, 1, 2, 3, TimeSpan.Zero)), StringComparison.Ordinal);
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = before;
        }
    }

    [Fact]
    public void FaultsAndDrift_InGerman_AreSaidByTheirCode()
    {
        var before = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (German, German);
            var words = new ResourceManagerStringLocalizerFactory(Microsoft.Extensions.Options.Options.Create(new LocalizationOptions()), NullLoggerFactory.Instance).Create(typeof(Words));

            // The console watches nothing over the wire.
            var shown = Enum.GetValues<LineErrorCode>().Except([LineErrorCode.CursorAhead, LineErrorCode.InvalidWatch]);
            Assert.All(shown, code => Assert.False(FaultText.Of(new LineError(code, "x y"), words).StartsWith('x'), code.ToString()));
            Assert.All(Enum.GetValues<DriftSignal>(), signal => Assert.All([true, false], rises =>
            {
                var alarm = new DriftAlarm("a", signal, rises, 0.25, 0.5, 10, DateTimeOffset.UnixEpoch, "x", "x");
                Assert.False(DriftText.Reason(alarm, words).StartsWith('x') || DriftText.Suggestion(alarm, words).StartsWith('x'));
                Assert.DoesNotContain("The ", DriftText.Reason(alarm, words) + DriftText.Suggestion(alarm, words), StringComparison.Ordinal);
            }));
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = before;
        }
    }

    [Fact]
    public async Task LinePage_StationWithoutARecipe_SaysSoInGerman()
    {
        await using var server = await TestServer.StartAsync();
        await server.Stations.CreateStationAsync(new() { Name = "a" }, cancellationToken: TestServer.Cancel);
        server.Http.DefaultRequestHeaders.Add("Accept-Language", "de");

        foreach (var address in new[] { "/", "/stations/a" })
        {
            var page = System.Net.WebUtility.HtmlDecode(await server.Http.GetStringAsync(address, TestServer.Cancel));
            Assert.Contains("Die Station hat kein aktives Rezept; aktivieren Sie eines.", page, StringComparison.Ordinal);
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
        Assert.Contains("en, de", await answer.Content.ReadAsStringAsync(TestServer.Cancel), StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Entries()
    {
        var resources = new ResourceManager(typeof(Words)).GetResourceSet(German, createIfNotExists: true, tryParents: false)!;
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

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Place();
}
