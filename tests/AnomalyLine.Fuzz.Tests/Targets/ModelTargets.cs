using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging.Alignment;
using AnomalyLine.Inference.Backbones;
using AnomalyLine.Inference.Onnx.Messages;
using AnomalyLine.Inference.Tensors;
using Google.Protobuf;
using TorchSharp;

namespace AnomalyLine.Fuzz.Tests.Targets;

/// <summary>Model files and what is in them.</summary>
internal static class ModelTargets
{
    public static IReadOnlyList<Func<FuzzTarget>> All => [static () => new Archive(), static () => new Manifest(), static () => new Reference(), static () => new Weights(), static () => new Network()];

    private const string Json = """
        { "formatVersion": 1, "method": "ae-ssim", "preset": "fast", "options": { "size": 64 }, "input": { "width": 64, "height": 64, "channels": 3 }, "seed": 1,
          "trainingSet": { "frames": 10, "sha256": "00" }, "calibration": { "threshold": 0.5, "pixelThreshold": 0.7, "rate": 0.05, "asked": 0.05, "isCertified": true, "frames": 20, "words": "twenty" },
          "metrics": { "loss": 0.1 }, "libraries": { "torch": "2" }, "creationTime": "2026-01-01T00:00:00Z", "references": [ { "file": "reference/0.png", "score": 0.25 } ], "files": { } }
        """;

    private static byte[] Tensors()
    {
        using var scope = torch.NewDisposeScope();
        return SafeTensors.Write(new Dictionary<string, torch.Tensor> { ["a.weight"] = torch.ones(2, 3), ["a.count"] = torch.tensor(7L) }, "a note");
    }

    private static byte[] Zip(string manifest, IReadOnlyDictionary<string, byte[]> files)
    {
        var sums = new JsonObject();
        foreach (var (name, bytes) in files) sums[name] = Convert.ToHexStringLower(SHA256.HashData(bytes));
        var json = JsonNode.Parse(manifest)!;
        json["files"] = sums;
        using var target = new MemoryStream();
        using (var zip = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in files.Prepend(new("manifest.json", Encoding.UTF8.GetBytes(json.ToJsonString()))))
            {
                using var entry = zip.CreateEntry(name, name == "manifest.json" ? CompressionLevel.Optimal : CompressionLevel.NoCompression).Open();
                entry.Write(bytes);
            }
        }

        return target.ToArray();
    }

    /// <summary>The zip of a model.</summary>
    private sealed class Archive() : FuzzTarget("model file")
    {
        public override IReadOnlyList<byte[]> Seeds { get; } = [Zip(Json, new Dictionary<string, byte[]> { ["weights.safetensors"] = Tensors(), ["reference/0.png"] = [1, 2, 3] }), Zip(Json, new Dictionary<string, byte[]>())];

        public override IReadOnlyList<byte[]> Words => [[0x50, 0x4B, 1, 2], [0x50, 0x4B, 3, 4], [0x50, 0x4B, 5, 6], [0x50, 0x4B, 6, 6], [0x50, 0x4B, 6, 7], .. Texts("manifest.json", "../x", "weights.safetensors")];

        public override bool Run(byte[] input)
        {
            var path = Folder["m.alm"];
            File.WriteAllBytes(path, input);
            return Reads<ModelFileException>(() => ModelFile.Read(path));
        }
    }

    /// <summary>The manifest within an archive that is whole.</summary>
    private sealed class Manifest() : FuzzTarget("manifest")
    {
        public override IReadOnlyList<byte[]> Seeds { get; } = [.. Texts(Json), Aligned()];

        public override IReadOnlyList<byte[]> Words => Texts("null", "[]", "{}", "\"\"", "-1", "1e999", "true", ",", ":", "\\u0000", "\"files\":", "\"references\":", "\"input\":", "\"alignment\":", "\"area\":", "\"reference\":");

        /// <summary>One that aligns parts and leaves something out.</summary>
        private static byte[] Aligned()
        {
            var json = JsonNode.Parse(Json)!;
            json["input"]!["area"] = JsonNode.Parse("""{"region":{"x":0,"y":0,"width":64,"height":48},"leftOut":[{"kind":"Rectangle","points":[1,1,9,9]}]}""");
            json["input"]!["alignment"] = new JsonObject
            {
                ["frameWidth"] = 64,
                ["frameHeight"] = 48,
                ["reference"] = Convert.ToBase64String(Reference.File()),
                ["mostShift"] = 4,
                ["mostAngle"] = 10,
                ["mostScale"] = 0.1,
                ["leastCorrelation"] = 0.5,
                ["mostOutside"] = 0.1,
            };
            return Encoding.UTF8.GetBytes(json.ToJsonString());
        }

        public override bool Run(byte[] input)
        {
            var path = Folder["m.alm"];
            using (var file = File.Create(path))
            {
                using var zip = new ZipArchive(file, ZipArchiveMode.Create);
                using var entry = zip.CreateEntry("manifest.json", CompressionLevel.NoCompression).Open();
                entry.Write(input);
            }

            return Reads<ModelFileException>(() => ModelFile.ReadManifest(path));
        }
    }

    /// <summary>The picture of the part that others are laid upon, which stands in the manifest.</summary>
    private sealed class Reference() : FuzzTarget("reference of an alignment")
    {
        private const int Width = 64, Height = 48;

        public override IReadOnlyList<byte[]> Seeds { get; } = [File()];

        public override IReadOnlyList<byte[]> Words => Texts("IHDR", "IDAT", "IEND", "PLTE", "tRNS", "acTL");

        public static byte[] File() => PartAlignment.Encode([.. Enumerable.Range(0, Width * Height).Select(static i => i % Width / 8 % 2 * (i / Width / 6 % 2) * 0.9f)], Width, Height);

        public override byte[] Repair(byte[] input) => PictureTargets.RepairPng(input);

        public override bool Run(byte[] input) => new PartAlignment(Width, Height, input, MostShift: 4, MostAngle: 10, MostScale: 0.1, LeastCorrelation: 0.5, MostOutside: 0.1).Check() is null;
    }

    /// <summary>Weights, as tensors of the engine.</summary>
    private sealed class Weights() : FuzzTarget("weights, safetensors")
    {
        public override IReadOnlyList<byte[]> Seeds { get; } = [Tensors()];

        public override IReadOnlyList<byte[]> Words => Texts("\"dtype\":", "\"shape\":", "\"data_offsets\":", "[", "]", "-1", "9223372036854775807", "99999999999", "\"F32\"", "\"I64\"", "__metadata__", "null", "{}");

        public override bool Run(byte[] input)
        {
            using var scope = torch.NewDisposeScope();
            return Reads<InvalidDataException>(() =>
            {
                SafeTensorsFile.ReadNote(input);
                SafeTensors.ReadAll(input);
            });
        }
    }

    /// <summary>A network that others trained.</summary>
    private sealed class Network() : FuzzTarget("network, ONNX")
    {
        private static readonly BackboneInput s_input = new(IsBgr: false, [0, 0, 0], [1, 1, 1]);

        public override IReadOnlyList<byte[]> Seeds { get; } = [Foreign(), Backbone.Cut("own", "a test", Foreign(), ["out"], s_input).ToBytes()];

        public override IReadOnlyList<byte[]> Words => Texts("Conv", "BatchNormalization", "Relu", "out", "w", "scale", "com.microsoft", "If", "Loop");

        public override bool Run(byte[] input)
        {
            var isForeign = Reads<BackboneException>(() => Backbone.Cut("own", "a test", input, ["out"], s_input));
            return Reads<BackboneException>(() => Backbone.Read(input)) || isForeign;
        }

        private static byte[] Foreign()
        {
            var graph = new GraphProto { Name = "g", Input = { new ValueInfoProto { Name = "in" } }, Output = { new ValueInfoProto { Name = "out" } } };
            graph.Node.Add(new NodeProto { OpType = "Conv", Input = { "in", "w" }, Output = { "c" } });
            graph.Node.Add(new NodeProto { OpType = "BatchNormalization", Input = { "c", "scale", "offset", "mean", "var" }, Output = { "n" } });
            graph.Node.Add(new NodeProto { OpType = "Relu", Input = { "n" }, Output = { "out" } });
            graph.Initializer.Add(Constant("w", [2, 3, 1, 1]));
            foreach (var name in (string[])["scale", "offset", "mean", "var"]) graph.Initializer.Add(Constant(name, [2]));
            return new ModelProto { IrVersion = 8, Graph = graph, OpsetImport = { new OperatorSetIdProto { Version = 17 } } }.ToByteArray();
        }

        private static TensorProto Constant(string name, long[] shape) => new()
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Float,
            Dims = { shape },
            RawData = ByteString.CopyFrom(new byte[4 * shape.Aggregate(1L, (all, one) => all * one)]),
        };
    }
}
