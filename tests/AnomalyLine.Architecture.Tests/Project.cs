using System.Xml.Linq;

namespace AnomalyLine.Architecture.Tests;

/// <summary>A project file, read as XML.</summary>
/// <param name="File">Path from the root.</param>
/// <param name="Xml">Its content.</param>
internal sealed record Project(string File, XDocument Xml)
{
    /// <summary>All of src and tests.</summary>
    public static IReadOnlyList<Project> All { get; } =
        [.. Repository.Files(["src", "tests"], ".csproj").Select(file => new Project(file, XDocument.Parse(Repository.Read(file))))];

    /// <summary>Those of src.</summary>
    public static IEnumerable<Project> Product => All.Where(project => project.File.StartsWith("src/", StringComparison.Ordinal));

    /// <summary>Name of the file without its extension.</summary>
    public string Name => Path.GetFileNameWithoutExtension(File);

    /// <summary>Names of the projects that it references.</summary>
    public IEnumerable<string> References => Xml.Descendants("ProjectReference").Select(item => Path.GetFileNameWithoutExtension((string)item.Attribute("Include")!));

    /// <summary>Its own package references.</summary>
    public IEnumerable<XElement> Packages => Xml.Descendants("PackageReference");
}
