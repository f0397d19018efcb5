using System.Reflection;
using System.Text.RegularExpressions;

namespace AnomalyLine.Architecture.Tests;

/// <summary>Dependencies go one way, and each foreign library stays where it belongs.</summary>
public sealed partial class DependencyTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["AnomalyLine.Contracts"] = [],
        ["AnomalyLine.Imaging"] = [],
        ["AnomalyLine.Detection"] = ["AnomalyLine.Imaging"],
        ["AnomalyLine.Inspection"] = ["AnomalyLine.Detection"],
        ["AnomalyLine.Vision"] = ["AnomalyLine.Detection"],
        ["AnomalyLine.Management"] = ["AnomalyLine.Inspection", "AnomalyLine.Vision"],
        ["AnomalyLine.Server"] = ["AnomalyLine.Contracts", "AnomalyLine.Management"],
        ["AnomalyLine.Cli"] = ["AnomalyLine.Contracts", "AnomalyLine.Management"],
    };

    /// <summary>Which projects are compiled against an engine or the image library.</summary>
    private static readonly string[] OnNativeLibraries = ["AnomalyLine.Imaging", "AnomalyLine.Vision"];

    /// <summary>What of the product knows no protocol.</summary>
    private static readonly string[] WithoutProtocol = [.. OnNativeLibraries, "AnomalyLine.Detection", "AnomalyLine.Inspection", "AnomalyLine.Management"];

    [Fact]
    public void ProjectReferences_OfTheProduct_GoOneWay() => Rule.Holds(
        "Server, Cli -> Management -> Inspection and Vision -> Detection -> Imaging; only Server and Cli -> Contracts. The line needs no engine. A new project or reference goes into this test's table, and into docs/architecture.md.",
        Project.Product
            .Select(project => (project.Name, Has: project.References.Order(StringComparer.Ordinal).ToArray(), May: Allowed.GetValueOrDefault(project.Name)))
            .Where(row => row.May is null || !row.Has.SequenceEqual(row.May, StringComparer.Ordinal))
            .Select(row => $"{row.Name} references {(row.Has.Length == 0 ? "nothing" : string.Join(", ", row.Has))}"));

    [Fact]
    public void NativePackages_OfTheProduct_AreHiddenWhereTheyAreReferenced() => Rule.Holds(
        "Only Imaging references the image library and only Vision the engines, with PrivateAssets=\"compile\", so that no other project can name their types.",
        Project.Product.SelectMany(project => project.Packages
            .Where(package => Native().IsMatch((string)package.Attribute("Include")!))
            .Where(package => !OnNativeLibraries.Contains(project.Name) || (string?)package.Attribute("PrivateAssets") != "compile")
            .Select(package => $"{project.File}: {package}")));

    [Fact]
    public void Assemblies_ButImagingAndVision_NameNoTensorAndNoImageLibrary() => Rule.Holds(
        "Only Imaging and Vision are compiled against TorchSharp, ONNX Runtime and OpenCvSharp.",
        References().Where(pair => !OnNativeLibraries.Contains(pair.Assembly) && Native().IsMatch(pair.Reference)).Select(pair => $"{pair.Assembly} -> {pair.Reference}"));

    [Fact]
    public void Imaging_OfTheProduct_KnowsNoEngine() => Rule.Holds(
        "Imaging is compiled against OpenCvSharp alone: frames need no engine.",
        References().Where(pair => pair.Assembly == "AnomalyLine.Imaging" && Native().IsMatch(pair.Reference) && !pair.Reference.StartsWith("OpenCvSharp", StringComparison.Ordinal))
            .Select(pair => $"{pair.Assembly} -> {pair.Reference}"));

    [Fact]
    public void Assemblies_OfTheLine_KnowNoProtocol() => Rule.Holds(
        $"{string.Join(", ", WithoutProtocol)} are compiled against no contract, no gRPC, no protobuf and no web server.",
        References().Where(pair => WithoutProtocol.Contains(pair.Assembly) && Protocol().IsMatch(pair.Reference)).Select(pair => $"{pair.Assembly} -> {pair.Reference}"));

    /// <summary>The demonstration's camera is a client of the public interface like any other camera, which is its point; so it may name the contract.</summary>
    [Fact]
    public void Contracts_InTheProduct_AreNamedAtTheEdgesOnly() => Rule.Holds(
        "Generated types are named in Server/Grpc and Cli alone (and by the demonstration's camera, which is a client); elsewhere use the line's own.",
        Repository.Files(["src"], ".cs", ".razor")
            .Where(file => !file.StartsWith("src/AnomalyLine.Server/Grpc/", StringComparison.Ordinal)
                && !file.StartsWith("src/AnomalyLine.Cli/", StringComparison.Ordinal)
                && file != "src/AnomalyLine.Server/Demo/DemoCamera.cs")
            .Where(file => Repository.Read(file).Contains("AnomalyLine.Contracts", StringComparison.Ordinal)));

    [Fact]
    public void PublicMembers_OnNativeLibraries_NameNoForeignType() => Rule.Holds(
        "A public surface has no type of TorchSharp, ONNX Runtime or OpenCvSharp: a tensor never leaves the thread and the scope that own it.",
        OnNativeLibraries.SelectMany(name => Assembly.Load(name).GetExportedTypes()).SelectMany(type => Surface.TypesOf(type)
            .Where(named => named.Type.Assembly.GetName().Name is { } library && Native().IsMatch(library))
            .Select(named => $"{type.FullName}.{named.Member} names {named.Type.FullName}")));

    private static IEnumerable<(string Assembly, string Reference)> References() => Allowed.Keys
        .Select(name => Assembly.Load(name == "AnomalyLine.Cli" ? "anomalyline" : name))
        .SelectMany(assembly => assembly.GetReferencedAssemblies().Select(reference => (assembly.GetName().Name!, reference.Name!)));

    [GeneratedRegex("^(TorchSharp|libtorch|OpenCvSharp|Microsoft.ML.OnnxRuntime)")]
    private static partial Regex Native();

    [GeneratedRegex(@"^(AnomalyLine\.Contracts|Grpc\.|Google\.Protobuf|Microsoft\.AspNetCore)")]
    private static partial Regex Protocol();
}
