using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Jpeg;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Threading;
using AnomalyLine.Learning.Losses;
using OpenCvSharp;
using static TorchSharp.torch;

namespace AnomalyLine.Benchmarks.Stages;

/// <summary>Milliseconds of each stage of a frame's way, alone.</summary>
internal static class StagesBenchmark
{
    public static IReadOnlyList<BenchmarkTable> Run(BenchmarkOptions options)
    {
        TorchEngine.EnsureReady();
        return [Images(options), Maps(options), Convolution(options)];
    }

    private static BenchmarkTable Images(BenchmarkOptions options)
    {
        var table = new BenchmarkTable("Decoding and preparing a frame of 1280 x 1024; one thread", "stage", "ms");
        var mono = TestPicture.Raw(PixelFormat.Mono8, TestPicture.Pixels(1));
        var colour = TestPicture.Pixels(3);
        var rgb = TestPicture.Raw(PixelFormat.Rgb8, colour);
        Cv2.SetNumThreads(1);
        using var mat = Mat.FromPixelData(TestPicture.Height, TestPicture.Width, MatType.CV_8UC3, colour);
        var jpeg = TestPicture.Raw(PixelFormat.Jpeg, mat.ImEncode(".jpg", new ImageEncodingParam(ImwriteFlags.JpegQuality, 90)));
        Add($"decode JPEG ({jpeg.Data.Length / 1024} KiB, quality 90)", () => Cv2.ImDecode(jpeg.Data.Span, ImreadModes.Color).Dispose());
        Add("look for lost data in the same file", () => JpegFile.Check(jpeg.Data.Span));
        var progressive = mat.ImEncode(".jpg", new ImageEncodingParam(ImwriteFlags.JpegQuality, 90), new ImageEncodingParam(ImwriteFlags.JpegProgressive, 1));
        Add($"decode progressive JPEG ({progressive.Length / 1024} KiB, quality 90)", () => Cv2.ImDecode(progressive, ImreadModes.Color).Dispose());
        Add("look for lost data in the same file, progressive", () => JpegFile.Check(progressive));
        Add("prepare MONO8 to 256 x 256 x 1", () => Prepare(mono, new InputSpec(256, 256, 1)));
        Add("prepare RGB8 to 256 x 256 x 3", () => Prepare(rgb, new InputSpec(256, 256, 3)));
        Add("prepare JPEG to 256 x 256 x 3, decoding included", () => Prepare(jpeg, new InputSpec(256, 256, 3)));
        return table;

        void Add(string stage, Action action) => table.Add(stage, Stopwatching.Measure(options, action));
    }

    private static BenchmarkTable Maps(BenchmarkOptions options)
    {
        var table = new BenchmarkTable("Anomaly maps of one 256 x 256 x 3 frame; as many threads as cores", "stage", "ms");
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        random.manual_seed(1);
        var (x, y) = (rand(1, 3, 256, 256), rand(1, 3, 256, 256));
        var map = rand(1, 256, 256);
        var values = map.data<float>().ToArray();
        var noisy = new AnomalyMap(256, 256, values, new RegionOfInterest(0, 0, TestPicture.Width, TestPicture.Height));
        var smooth = new AnomalyMap(256, 256, [.. values.Select((_, i) => i / 256 % 64 < 16 && i % 256 % 64 < 16 ? 1f : 0f)], noisy.Region);
        Add("SSIM map, 11 x 11", () => StructuralSimilarity.Distance(x, y, 1, ThreadTeam.Alone).Dispose());
        Add("MSGMS map, 4 scales", () => GradientMagnitudeSimilarity.Distance(x, y, 1, 4, ThreadTeam.Alone).Dispose());
        Add("colour distance", () => CieLab.ChromaDistance(x, y, ThreadTeam.Alone).Dispose());
        Add("squared error", () => SquaredDistance.Apply(x, y, ThreadTeam.Alone).Dispose());
        Add("mean filter, 21 x 21", () => MeanFilter.Apply(map, 21, ThreadTeam.Alone).Dispose());
        Add("regions, 16 squares", () => smooth.FindRegions(0.5f));
        Add("regions, white noise with a tenth above", () => noisy.FindRegions(0.9f));
        return table;

        void Add(string stage, Action action) => table.Add(stage, Stopwatching.Measure(options, action));
    }

    private static BenchmarkTable Convolution(BenchmarkOptions options)
    {
        var table = new BenchmarkTable($"Peak to compare methods with: 3 x 3 convolution, 128 to 128 channels, 64 x 64, batch 8, fp32, {TorchEngine.Threads} threads", "case", "GMAC/s");
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var x = ChannelsLast(rand(8, 128, 64, 64));
        var weight = ChannelsLast(rand(128, 128, 3, 3));
        var milliseconds = Stopwatching.Measure(options, () => nn.functional.conv2d(x, weight, padding: [1, 1]).Dispose());
        table.Add("convolution, channels last", 8.0 * 64 * 64 * 128 * 128 * 9 / milliseconds / 1e6);
        return table;
    }

    private static Tensor ChannelsLast(Tensor tensor) => tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    private static void Prepare(Frame frame, InputSpec input)
    {
        if (!FramePreparer.TryPrepare(frame, input, null, out var prepared, out var error)) throw new InvalidOperationException(error);
        prepared.Dispose();
    }
}
