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
        ["AnomalyLine.Evaluation"] = ["AnomalyLine.Detection"],
        ["AnomalyLine.Demo"] = ["AnomalyLine.Imaging"],
        ["AnomalyLine.Inference"] = ["AnomalyLine.Detection"],
        ["AnomalyLine.Learning"] = ["AnomalyLine.Evaluation", "AnomalyLine.Inference"],
        ["AnomalyLine.Management"] = ["AnomalyLine.Inspection", "AnomalyLine.Learning"],
        ["AnomalyLine.Server"] = ["AnomalyLine.Contracts", "AnomalyLine.Demo", "AnomalyLine.Management"],
        ["AnomalyLine.Client"] = ["AnomalyLine.Contracts", "AnomalyLine.Imaging"],
        ["AnomalyLine.Camera"] = ["AnomalyLine.Client", "AnomalyLine.Contracts", "AnomalyLine.Imaging"],
        ["AnomalyLine.Cli"] = ["AnomalyLine.Camera", "AnomalyLine.Client", "AnomalyLine.Contracts", "AnomalyLine.Demo", "AnomalyLine.Management"],
    };

    private const string ImageLibrary = "OpenCvSharp", Torch = "TorchSharp", TorchLibrary = "libtorch", OnnxRuntime = "Microsoft.ML.OnnxRuntime";

    /// <summary>Which projects are compiled against which native libraries, by the beginnings of their names; the others against none.</summary>
    private static readonly Dictionary<string, string[]> NativeLibraries = new(StringComparer.Ordinal)
    {
        ["AnomalyLine.Imaging"] = [ImageLibrary],
        ["AnomalyLine.Evaluation"] = [ImageLibrary],
        ["AnomalyLine.Demo"] = [ImageLibrary],
        ["AnomalyLine.Inference"] = [Torch, TorchLibrary, OnnxRuntime],
        ["AnomalyLine.Learning"] = [Torch],
    };

    /// <summary>What of the product may know a protocol.</summary>
    private static readonly string[] WithProtocol = ["AnomalyLine.Contracts", "AnomalyLine.Client", "AnomalyLine.Camera", "AnomalyLine.Server", "AnomalyLine.Cli"];

    [Fact]
    public void ProjectReferences_OfTheProduct_GoOneWay() => Rule.Holds(
        "Server, Cli -> Management -> Inspection and Learning; Learning -> Evaluation and Inference; Inspection, Evaluation, Inference -> Detection -> Imaging; Cli -> Camera -> Client; only Server and these three -> Contracts. The line needs no engine, cameras neither line nor engine. A new project or reference goes into this test's table, and into docs/architecture.md.",
        Project.Product
            .Select(project => (project.Name, Has: project.References.Order(StringComparer.Ordinal).ToArray(), May: Allowed.GetValueOrDefault(project.Name)))
            .Where(row => row.May is null || !row.Has.SequenceEqual(row.May, StringComparer.Ordinal))
            .Select(row => $"{row.Name} references {(row.Has.Length == 0 ? "nothing" : string.Join(", ", row.Has))}"));

    [Fact]
    public void NativePackages_OfTheProduct_AreHiddenWhereTheyAreReferenced() => Rule.Holds(
        "A project references the native libraries of this test's table alone, with PrivateAssets=\"compile\", so that no other project can name their types.",
        Project.Product.SelectMany(project => project.Packages
            .Where(package => (string)package.Attribute("Include")! is var name && Native().IsMatch(name)
                && (!MayName(project.Name, name) || (string?)package.Attribute("PrivateAssets") != "compile"))
            .Select(package => $"{project.File}: {package}")));

    [Fact]
    public void Assemblies_OfTheProduct_NameNativeLibrariesWhereTheyMay() => Rule.Holds(
        "A project is compiled against the native libraries of this test's table alone: frames and evaluation need no engine, the line and what is above it no native library at all.",
        References().Where(pair => Native().IsMatch(pair.Reference) && !MayName(pair.Project, pair.Reference)).Select(pair => $"{pair.Project} -> {pair.Reference}"));

    [Fact]
    public void Assemblies_OfTheLine_KnowNoProtocol() => Rule.Holds(
        $"Only {string.Join(", ", WithProtocol)} are compiled against the contract, gRPC, protobuf or a web server.",
        References().Where(pair => !WithProtocol.Contains(pair.Project) && Protocol().IsMatch(pair.Reference) && !IsFileFormat(pair.Project, pair.Reference)).Select(pair => $"{pair.Project} -> {pair.Reference}"));

    /// <summary>The demonstration's camera is a client of the public interface like any other camera, which is its point; so it may name the contract.</summary>
    [Fact]
    public void Contracts_InTheProduct_AreNamedAtTheEdgesOnly() => Rule.Holds(
        "Generated types are named in Server/Grpc, Client, Camera and Cli alone (and by the demonstration's camera, which is a client); elsewhere use the line's own.",
        Repository.Files(["src"], ".cs", ".razor")
            .Where(file => !file.StartsWith("src/AnomalyLine.Server/Grpc/", StringComparison.Ordinal)
                && !file.StartsWith("src/AnomalyLine.Client/", StringComparison.Ordinal)
                && !file.StartsWith("src/AnomalyLine.Camera/", StringComparison.Ordinal)
                && !file.StartsWith("src/AnomalyLine.Cli/", StringComparison.Ordinal)
                && file != "src/AnomalyLine.Server/Demo/DemoCamera.cs")
            .Where(file => Repository.Read(file).Contains("AnomalyLine.Contracts", StringComparison.Ordinal)));

    [Fact]
    public void PublicMembers_OnNativeLibraries_NameNoForeignType() => Rule.Holds(
        "A public surface has no type of TorchSharp, ONNX Runtime or OpenCvSharp: a tensor never leaves the thread and the scope that own it.",
        NativeLibraries.Keys.SelectMany(name => Assembly.Load(name).GetExportedTypes()).SelectMany(type => Surface.TypesOf(type)
            .Where(named => named.Type.Assembly.GetName().Name is { } library && Native().IsMatch(library))
            .Select(named => $"{type.FullName}.{named.Member} names {named.Type.FullName}")));

    /// <summary>Files in the ONNX format are protobuf messages: that is no protocol.</summary>
    private static bool IsFileFormat(string project, string library) => project is "AnomalyLine.Inference" or "AnomalyLine.Learning" && library == "Google.Protobuf";

    private static bool MayName(string project, string library) =>
        NativeLibraries.GetValueOrDefault(project, []).Any(beginning => library.StartsWith(beginning, StringComparison.Ordinal));

    private static IEnumerable<(string Project, string Reference)> References() => Allowed.Keys.SelectMany(name =>
        Assembly.Load(name == "AnomalyLine.Cli" ? "anomalyline" : name).GetReferencedAssemblies().Select(reference => (name, reference.Name!)));

    [GeneratedRegex("^(TorchSharp|libtorch|OpenCvSharp|Microsoft.ML.OnnxRuntime)")]
    private static partial Regex Native();

    [GeneratedRegex(@"^(AnomalyLine\.Contracts|Grpc\.|Google\.Protobuf|Microsoft\.AspNetCore)")]
    private static partial Regex Protocol();
}
