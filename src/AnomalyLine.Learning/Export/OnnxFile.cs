using System.Globalization;
using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging;
using AnomalyLine.Inference;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Learning.Catalog;
using Google.Protobuf;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Export;

/// <summary>
/// An ONNX file of a model's network, for other engines: frames N x P x S x S in [0, 1] as float32 go in, what the map is computed from comes out. Threshold, and how map and score
/// are computed, lie in its metadata and in its description.
/// </summary>
public static class OnnxFile
{
    /// <summary>Loads a model and writes its network, whole or not at all.</summary>
    /// <param name="model">The .alm file.</param>
    /// <param name="path">Where to; its folder must exist.</param>
    /// <exception cref="ModelFileException">The model cannot be loaded, or its method has no single pass that a graph could hold.</exception>
    /// <exception cref="EngineException">The native engine cannot be used.</exception>
    public static OnnxExport Write(string model, string path)
    {
        var method = ModelFile.ReadManifest(model).Manifest.Method;
        if (MethodCatalog.Find(method) is { WritesOnnx: false })
        {
            var able = MethodCatalog.All.Where(m => m.WritesOnnx).Select(m => m.Name);
            throw new ModelFileException($"{model}: method '{method}' cannot be exported to ONNX; these can: {string.Join(", ", able)}.");
        }

        using var loaded = ModelLoader.Load(model, "cpu");
        return Write(path, loaded);
    }

    /// <summary>Writes a loaded model's network.</summary>
    private static OnnxExport Write(string path, AnomalyModel model)
    {
        using var scope = NewDisposeScope();
        var (manifest, version) = (model.Manifest, model.Version);
        if (manifest.Input.Tiles is { } tiles)
            throw new ModelFileException($"{version} judges {tiles.Columns} x {tiles.Rows} tiles of a frame and blends their maps, which an ONNX file cannot say; export a model without tiles.");
        if (manifest.Input.Alignment is not null)
            throw new ModelFileException($"{version} turns and shifts each frame until its part lies as the reference does, which an ONNX file cannot say; export a model that was trained without alignment.");
        if (manifest.Input.Area is { LeftOut.Count: > 0 and var shapes })
            throw new ModelFileException($"{version} leaves {shapes} shapes of the frame out, which an ONNX file cannot say; export a model that was trained without them.");
        var graph = new OnnxGraph();
        var reading = model.Network.WriteOnnx(graph);
        if (model.Normal is not null) reading = reading with { Map = $"{reading.Map}; then max((map - normal_mean) / normal_deviation, 0) at each place" };
        model.Normal?.Write(graph);
        var (input, calibration) = (manifest.Input, manifest.Calibration);
        var description = $"AnomalyLine {version}. frames: N x {input.Planes} x {input.Height} x {input.Width} in [0, 1]{(input.Channels == 3 ? ", red, green, blue" : "")}, "
            + $"a picture{(input.Area?.Region is { } r ? $", of it the {r.Width} x {r.Height} pixels at ({r.X}, {r.Y})," : "")} resized to {input.Width} x {input.Height} by area averaging, {Fitting(input.Fit)}. "
            + $"map: {reading.Map}. score: {reading.Score}. A frame is anomalous when its score is above {Text(calibration.Threshold)}, a place when the map is above {Text(calibration.PixelThreshold)}.";
        var message = OnnxGraph.ToModel(graph.ToMessage(manifest.Method), description, new Dictionary<string, string>
        {
            ["method"] = manifest.Method,
            ["modelVersion"] = version,
            ["width"] = Text(input.Width),
            ["height"] = Text(input.Height),
            ["channels"] = Text(input.Channels),
            ["fit"] = input.Fit == FrameFit.Letterbox ? "letterbox" : "stretch",
            ["framesPerClip"] = Text(input.Frames),
            ["threshold"] = Text(calibration.Threshold),
            ["pixelThreshold"] = Text(calibration.PixelThreshold),
            ["map"] = reading.Map,
            ["score"] = reading.Score,
        });
        AtomicFile.Write(path, message.WriteTo);
        return new OnnxExport(version, manifest.Method, OnnxGraph.OperatorSet, graph.Outputs, reading.Map, reading.Score, calibration.Threshold, new FileInfo(path).Length);
    }

    private static string Fitting(FrameFit fit) => fit switch
    {
        FrameFit.Letterbox => "its proportions kept, in the middle, and what it leaves filled with its outermost rows or columns; the map counts where the picture is",
        _ => "whatever its proportions",
    };

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
