using System.Globalization;
using AnomalyLine.Detection.Models;

namespace AnomalyLine.Inference.Backbones;

/// <summary>The backbones of this machine: the one that comes with the product, and those that were added. Model files hold their own; this is asked when a training begins.</summary>
public static class BackboneLibrary
{
    /// <summary>The one that comes with the product.</summary>
    public const string BuiltIn = "resnet18";

    /// <summary>The variable that names another folder than the user's own.</summary>
    public const string FolderVariable = "ANOMALYLINE_BACKBONES";

    private const string Extension = ".onnx";

    /// <summary>
    /// ResNet-18 (He, Zhang, Ren, Sun: Deep residual learning for image recognition, CVPR 2016) without its fourth stage, trained on ImageNet: outputs of 64, 128 and 256 channels, a quarter, an eighth and a
    /// sixteenth of the frame. Takes blue, green, red from 0 to 255 less their means. From the package Microsoft.ML.DnnImageFeaturizer.ResNet18 (MIT).
    /// </summary>
    private static readonly Lazy<Backbone> ResNet18 = new(() => Cut(
        BuiltIn, "ResNet-18, ImageNet; NuGet package Microsoft.ML.DnnImageFeaturizer.ResNet18 0.23.1, MIT", Path.Combine(AppContext.BaseDirectory, "backbones", "resnet18.onnx"),
        ["ReLU283_Output_0", "ReLU315_Output_0", "ReLU347_Output_0"], new BackboneInput(IsBgr: true, [103.06f, 115.90f, 123.15f], [1, 1, 1])));

    /// <summary>Where those that were added lie.</summary>
    public static string Folder => Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } named
        ? named
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "anomalyline", "backbones");

    /// <summary>Names of all, the built-in one first.</summary>
    public static IReadOnlyList<string> Names => [BuiltIn, .. Added().Order(StringComparer.Ordinal)];

    /// <summary>The backbone of a name.</summary>
    /// <exception cref="BackboneException">There is none, or its file is damaged.</exception>
    public static Backbone Get(string name)
    {
        if (string.Equals(name, BuiltIn, StringComparison.Ordinal)) return ResNet18.Value;
        var path = Path.Combine(Folder, name + Extension);
        if (!Backbone.IsName(name) || !File.Exists(path))
            throw new BackboneException($"There is no backbone '{name}' on this machine; there are {string.Join(", ", Names)}. Add one with 'anomalyline backbones add'.");
        return Read(path, Backbone.Read);
    }

    /// <summary>
    /// Adds a network of the user's own. It is run before it is kept: its outputs must be maps of a grid, N x C x h x w, or rows of tokens, N x T x C, and the same frames must give the same twice.
    /// </summary>
    /// <param name="name">What options shall call it.</param>
    /// <param name="path">An ONNX file with its weights.</param>
    /// <param name="outputs">Names of the inner values to take, from fine to coarse.</param>
    /// <param name="input">What it expects pictures to be.</param>
    /// <param name="side">Side of the pictures that it is tried on, pixels.</param>
    /// <returns>The backbone, and the shape of each output for such pictures: channels, height, width.</returns>
    /// <exception cref="BackboneException">It cannot be used, or another has this name.</exception>
    public static (Backbone Backbone, IReadOnlyList<FeatureShape> Shapes) Add(string name, string path, IReadOnlyList<string> outputs, BackboneInput input, int side)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        var backbone = Cut(name, Path.GetFileName(path), path, outputs, input);
        var shapes = BackbonePass.Try(backbone, side);
        var target = Path.Combine(Folder, name + Extension);
        if (string.Equals(name, BuiltIn, StringComparison.Ordinal)) throw new BackboneException($"'{BuiltIn}' comes with the product; choose another name.");
        if (File.Exists(target) && !File.ReadAllBytes(target).AsSpan().SequenceEqual(backbone.ToBytes()))
            throw new BackboneException($"There is another backbone '{name}' already; choose another name, or remove {target}.");
        Directory.CreateDirectory(Folder);
        AtomicFile.Write(target, stream => stream.Write(backbone.ToBytes()));
        return (backbone, shapes);
    }

    private static IEnumerable<string> Added() =>
        Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder, "*" + Extension).Select(f => Path.GetFileNameWithoutExtension(f)) : [];

    private static Backbone Cut(string name, string source, string path, IReadOnlyList<string> outputs, BackboneInput input) =>
        Read(path, bytes => Backbone.Cut(name, source, bytes, outputs, input));

    private static Backbone Read(string path, Func<byte[], Backbone> read)
    {
        try
        {
            return read(File.ReadAllBytes(path));
        }
        catch (BackboneException e)
        {
            throw new BackboneException(string.Create(CultureInfo.InvariantCulture, $"{path}: {e.Message}"), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackboneException($"{path}: cannot be read: {e.Message}", e);
        }
    }
}
