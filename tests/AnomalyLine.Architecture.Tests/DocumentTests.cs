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
        Repository.Files(["docs", "src", "tests", "deploy"], ".md").Concat(["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
            .SelectMany(file => Link().Matches(Repository.Read(file)).Select(match => match.Groups["target"].Value)
                .Where(target => !target.Contains("://", StringComparison.Ordinal) && !Path.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(file)!, target)))
                .Select(target => $"{file}: {target}")));

    [Fact]
    public void Documents_NamedInSource_Exist() => Rule.Holds(
        "A document that a comment or a message sends people to exists.",
        Repository.Files(["src", "tests", "build"], ".cs", ".targets", ".ts").Append("Directory.Build.props").Append("Directory.Build.targets")
            .SelectMany(file => Document().Matches(Repository.Read(file)).Select(match => match.Value)
                .Where(document => !File.Exists(Path.Combine(Repository.Root, document))).Select(document => $"{file}: {document}")));

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex Kebab();

    [GeneratedRegex(@"(?<!!)\[[^\]\n]*\]\((?<target>[^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"docs/[\w./-]+\.md")]
    private static partial Regex Document();
}
