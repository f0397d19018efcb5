using System.Xml.Linq;

namespace AnomalyLine.Architecture.Tests;

/// <summary>Versions are in one file, and each package has its reason.</summary>
public sealed class PackageTests
{
    [Fact]
    public void PackageReferences_Anywhere_HaveNoVersion() => Rule.Holds(
        "Versions are in Directory.Packages.props alone.",
        Project.All.SelectMany(project => project.Packages
            .Where(package => package.Attribute("Version") is not null || package.Attribute("VersionOverride") is not null)
            .Select(package => $"{project.File}: {package}")));

    [Fact]
    public void Packages_Each_AreNamedInADecision()
    {
        var decisions = string.Join('\n', Repository.Files(["docs/adr"], ".md").Select(Repository.Read));
        var packages = XDocument.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion").Select(item => (string)item.Attribute("Include")!);
        Rule.Holds("Each package has its reason in docs/adr (a line in 0006-packages.md).", packages.Where(name => !decisions.Contains($"`{name}`", StringComparison.Ordinal)));
    }

    [Fact]
    public void Solution_HasEveryProject()
    {
        var solution = Repository.Read("AnomalyLine.sln").Replace('\\', '/');
        Rule.Holds("A project outside the solution is neither built nor tested: dotnet sln add it.", Project.All.Select(project => project.File).Where(file => !solution.Contains(file, StringComparison.Ordinal)));
    }
}
