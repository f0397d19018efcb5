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
        "A file's namespace is its path below src or tests; one right below tests is of every test project, as AnomalyLine.Testing. Only Program.cs and lines about the whole assembly have none.",
        Repository.Files(["src", "tests"], ".cs").Where(file => Namespace().Match(Repository.Read(file)) is var found
            && (found.Success ? found.Groups["name"].Value != NamespaceOf(file) : Type().IsMatch(Repository.Read(file)))));

    private static string NamespaceOf(string file) =>
        Path.GetDirectoryName(file)!.Replace('\\', '/').Split('/', 2) is [_, var below] ? below.Replace('/', '.') : "AnomalyLine.Testing";

    [Fact]
    public void Usings_OfSourceAndTests_AreSorted() => Rule.Holds(
        "Using directives are sorted: namespaces of System first, static ones last. 'make format' does it.",
        Repository.Files(["src", "tests"], ".cs").Where(file =>
        {
            var usings = Using().Matches(Repository.Read(file)).Select(match => match.Groups["name"].Value).ToList();
            return !usings.SequenceEqual(usings.OrderBy(Rank).ThenBy(name => name.Replace('.', '\0'), StringComparer.OrdinalIgnoreCase));
        }));

    /// <summary>Tests that train, start processes or drive a browser say so, so that the others can be run by themselves (CONTRIBUTING.md).</summary>
    [Fact]
    public void Tests_ThatTrainOrStartProcesses_AreMarkedSlow() => Rule.Holds(
        "A test class that trains, starts a process or drives a browser carries [Trait(\"Speed\", \"Slow\")].",
        Repository.Files(["tests"], ".cs").Where(file => !file.Contains(".EndToEnd.", StringComparison.Ordinal) && !file.Contains(".Architecture.", StringComparison.Ordinal))
            .Where(file => Repository.Read(file) is var text && TestCase().IsMatch(text) && Slow().IsMatch(text) && !text.Contains("[Trait(\"Speed\", \"Slow\")]", StringComparison.Ordinal)));

    private static int Rank(string name) => name.StartsWith("static ", StringComparison.Ordinal) ? 2 : name == "System" || name.StartsWith("System.", StringComparison.Ordinal) ? 0 : 1;

    [GeneratedRegex(@"^(?:global )?using (?<name>(?:static )?[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"^    \[(?:Fact|Theory)\b", RegexOptions.Multiline)]
    private static partial Regex TestCase();

    [GeneratedRegex(@"\b(?:TrainedMethods trained|SmallModels models|Trainer\.Train\(|Tuner\.Tune\(|Chromium|Process\.Start\(|ChildCommand\()")]
    private static partial Regex Slow();

    [GeneratedRegex(@"\b(?:class|record|struct|interface|enum|type)\s+(?<name>\w*(?:Manager|Helpers?|Utils?|Utilities|Processor))\b")]
    private static partial Regex VagueType();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^\s*(?:(?:public|internal|file|sealed|static|abstract|partial|readonly)\s+)*(?:class|record|struct|interface|enum)\s+\w", RegexOptions.Multiline)]
    private static partial Regex Type();
}
