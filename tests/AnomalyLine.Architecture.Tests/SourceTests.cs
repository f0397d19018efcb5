using System.Text.RegularExpressions;

namespace AnomalyLine.Architecture.Tests;

/// <summary>Where things are, how long they are, and what they are called.</summary>
public sealed partial class SourceTests
{
    private const int MostLines = 500;
    private static readonly string[] Vague = ["Abstractions", "Domain", "Application", "Infrastructure", "Common", "Utils"];

    [Fact]
    public void Folders_OfSourceAndTests_SayWhatTheyHold() => Rule.Holds(
        $"No folder and no project is called {string.Join(", ", Vague)}: name the thing.",
        Repository.Folders("src", "tests", "protos").Where(folder => Path.GetFileName(folder).Split('.').Intersect(Vague, StringComparer.OrdinalIgnoreCase).Any()));

    [Fact]
    public void Types_InSourceAndTests_SayWhatTheyAre() => Rule.Holds(
        "No type is called Manager, Helper, Utils or Processor: name what it does.",
        Repository.Files(["src", "tests", "build"], ".cs", ".ts").SelectMany(file => VagueType().Matches(Repository.Read(file)).Select(match => $"{file}: {match.Groups["name"].Value}")));

    [Fact]
    public void Files_OfSourceAndTests_AreShort() => Rule.Holds(
        $"No file has more than {MostLines} lines: a longer one holds two ideas.",
        Repository.Files(["src", "tests", "build", "protos", "deploy"], ".cs", ".razor", ".css", ".ts", ".mjs", ".proto", ".sh")
            .Select(file => (File: file, Lines: Repository.Read(file).Split('\n').Length - 1)).Where(row => row.Lines > MostLines).Select(row => $"{row.File}: {row.Lines} lines"));

    [Fact]
    public void Namespaces_OfSourceAndTests_FollowTheFolders() => Rule.Holds(
        "A file's namespace is its path below src or tests; only Program.cs and lines about the whole assembly have none.",
        Repository.Files(["src", "tests"], ".cs").Where(file => Namespace().Match(Repository.Read(file)) is var found
            && (found.Success ? found.Groups["name"].Value != Path.GetDirectoryName(file)!.Replace('\\', '/').Split('/', 2)[1].Replace('/', '.') : Type().IsMatch(Repository.Read(file)))));

    [GeneratedRegex(@"\b(?:class|record|struct|interface|enum|type)\s+(?<name>\w*(?:Manager|Helpers?|Utils?|Utilities|Processor))\b")]
    private static partial Regex VagueType();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^\s*(?:(?:public|internal|file|sealed|static|abstract|partial|readonly)\s+)*(?:class|record|struct|interface|enum)\s+\w", RegexOptions.Multiline)]
    private static partial Regex Type();
}
