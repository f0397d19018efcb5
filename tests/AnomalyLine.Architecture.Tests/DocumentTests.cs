using System.Text.RegularExpressions;
using AnomalyLine.Learning.Catalog;

namespace AnomalyLine.Architecture.Tests;

/// <summary>The documents exist and name what exists.</summary>
public sealed partial class DocumentTests
{
    private const string Methods = "src/AnomalyLine.Learning/Methods";

    [Fact]
    public void Methods_EachFolder_HasAReadme() => Rule.Holds(
        "Each method's folder has a README.md: paper, what it finds, equations, deviations, results.",
        Repository.Folders(Methods).Where(folder => !File.Exists(Path.Combine(Repository.Root, folder, "README.md"))));

    [Fact]
    public void PlcGuide_TextsThatAPlcWrites_HaveTheLengthsThatTheServerTakes()
    {
        var (part, product) = (Inspection.InspectionRequest.MaxPartIdLength, Inspection.Recipe.MaxProductIdLength);
        var row = Repository.Read("docs/plc-guide.md").Split('\n').Single(line => line.StartsWith("| **`NextPartId`**, **`NextProductId`** |", StringComparison.Ordinal));
        Assert.Contains($"| WString[{part}], WString[{product}] | WSTRING({part}), WSTRING({product}) |", row, StringComparison.Ordinal);
    }

    [Fact]
    public void Catalogue_Names_AreUniqueAndKebabCase()
    {
        var names = MethodCatalog.All.Select(method => method.Name).ToArray();
        Rule.Holds("No two methods have one name.", names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.Key));
        Rule.Holds("A method's name is lower-case words with hyphens.", names.Where(name => !Kebab().IsMatch(name)));
    }

    [Fact]
    public void Catalogue_EachName_IsInAReadme()
    {
        var readmes = string.Join('\n', Repository.Files([Methods], ".md").Select(Repository.Read));
        Rule.Holds("Each method of the catalogue is named in a README.md of its folder.", MethodCatalog.All.Select(method => method.Name).Where(name => !readmes.Contains($"`{name}`", StringComparison.Ordinal)));
    }

    [Fact]
    public void Links_BetweenDocuments_LeadSomewhere() => Rule.Holds(
        "A relative link names a file or folder that exists (pictures aside).",
        Repository.Files(["docs", "src", "tests", "deploy"], ".md").Concat(["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md"])
            .SelectMany(file => Link().Matches(Repository.Read(file)).Select(match => match.Groups["target"].Value)
                .Where(target => !target.Contains("://", StringComparison.Ordinal) && !Path.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(file)!, target)))
                .Select(target => $"{file}: {target}")));

    [Fact]
    public void Documents_NamedInSource_Exist() => Rule.Holds(
        "A document that a comment or a message sends people to exists.",
        Repository.Files(["src", "tests", "build"], ".cs", ".targets", ".ts").Append("Directory.Build.props").Append("Directory.Build.targets")
            .SelectMany(file => Document().Matches(Repository.Read(file)).Select(match => match.Value)
                .Where(document => !File.Exists(Path.Combine(Repository.Root, document))).Select(document => $"{file}: {document}")));

    [Fact]
    public void Events_OfTheLog_HaveOneIdEachAndStandInTheDocument()
    {
        var events = Repository.Files(["src"], ".cs").SelectMany(file => Event().Matches(Repository.Read(file)).Select(match => (File: file, Match: match)))
            .Select(found => (found.File, Id: found.Match.Groups["id"].Value, Row: Row(found.Match))).ToList();
        Rule.Holds("No two events of the log have one id.", events.GroupBy(found => found.Id).Where(group => group.Count() > 1).Select(group => $"{group.Key}: {string.Join(", ", group.Select(found => found.File))}"));
        var document = Repository.Read("docs/events.md").Split('\n').Where(line => Id().IsMatch(line)).ToHashSet(StringComparer.Ordinal);
        Rule.Holds("docs/events.md has each event with its level and its text, in a row like this one.", events.Where(found => !document.Contains(found.Row)).Select(found => $"{found.File}: {found.Row}"));
        Rule.Holds("docs/events.md has no event that is not there.", document.Except(events.Select(found => found.Row)));
        Rule.Holds(
            "Every event has an id.",
            Repository.Files(["src"], ".cs").Where(file => Repository.Read(file) is var text && text.Split("[LoggerMessage(").Length - 1 != Event().Count(text)));

        static string Row(Match match)
        {
            var text = string.Concat(Part().Matches(match.Groups["text"].Value).Select(part => part.Groups["part"].Value)).Replace("\\\"", "\"", StringComparison.Ordinal);
            return $"| {match.Groups["id"].Value} | {(match.Groups["level"].Success ? match.Groups["level"].Value : "any")} | {text.Replace('|', '/')} |";
        }
    }

    [GeneratedRegex(@"LoggerMessage\(\s*(?:EventId = )?(?<id>\d+)(?:,\s*(?:Level = )?LogLevel\.(?<level>\w+))?,\s*(?:Message = )?(?<text>""(?:[^""\\]|\\.)*""(?:\s*\+\s*""(?:[^""\\]|\\.)*"")*)")]
    private static partial Regex Event();

    [GeneratedRegex(@"""(?<part>(?:[^""\\]|\\.)*)""")]
    private static partial Regex Part();

    [GeneratedRegex(@"^\| \d+ \|")]
    private static partial Regex Id();

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex Kebab();

    [GeneratedRegex(@"(?<!!)\[[^\]\n]*\]\((?<target>[^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"docs/[\w./-]+\.md")]
    private static partial Regex Document();
}
