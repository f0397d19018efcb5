using System.Runtime.InteropServices;
using AnomalyLine.Demo.Parts;
using AnomalyLine.Imaging.Datasets;
using OpenCvSharp;

namespace AnomalyLine.Demo;

/// <summary>
/// Renders a machined part on a conveyor belt: a turned steel flange with bore, hub, groove, bolt holes, dowel hole and an engraved mark. Every seed gives another
/// pose, light, surface texture and sensor noise, as a camera over a line sees them; the same seed gives the same bytes. Stateless; any thread.
/// </summary>
public static class SyntheticParts
{
    /// <summary>Renders one part.</summary>
    /// <param name="seed">Pose, light, texture, noise and the defect's place follow from it.</param>
    /// <param name="width">Pixels, 64..4096.</param>
    /// <param name="height">Pixels, 64..4096.</param>
    /// <param name="defect">What to plant; null for a normal part.</param>
    /// <param name="place">Where the part lies; null for where the seed puts it, which is as parts lie in a nest.</param>
    public static RenderedPart Render(int seed, int width = 256, int height = 256, PartDefect? defect = null, PartPose? place = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 64);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, 4096);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 64);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, 4096);
        var random = new Random(seed);
        var taken = PartPose.Take(random, width, height);
        var pose = place ?? taken;
        var light = PartLight.Take(random);
        var texture = new PartTexture(random, 1 / pose.Radius);
        var sensor = new Random(random.Next());
        var missing = defect is PartDefect.MissingFeature ? FlangeShape.TakeFeature(random) : FlangeFeature.None;
        var surface = new PartSurface(width, height, pose);
        FlangeShape.Carve(surface, missing);
        if (defect is { } kind) DefectPlanter.Plant(surface, kind, missing, random);
        var colours = PartShader.Shade(surface, light, texture);
        return new RenderedPart(width, height, PartShader.Expose(colours, width, height, sensor), defect, surface.Mask);
    }

    /// <summary>Writes a data set of rendered parts in MVTec AD layout, as PNG files; existing files of the same name are replaced.</summary>
    /// <param name="folder">Where to; made if it is missing.</param>
    /// <param name="trainCount">Normal parts to train on.</param>
    /// <param name="testNormals">Normal parts to test on.</param>
    /// <param name="testPerDefect">Parts to test on with each of the defects.</param>
    /// <param name="seed">The same seed gives the same files.</param>
    /// <param name="width">Pixels of each frame.</param>
    /// <param name="height">Pixels of each frame.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static void WriteDataset(string folder, int trainCount, int testNormals, int testPerDefect, int seed, int width = 256, int height = 256)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var seeds = new Random(seed);
        Write(Path.Combine(folder, "train", DatasetFrame.Good), null, trainCount, null);
        Write(Path.Combine(folder, "test", DatasetFrame.Good), null, testNormals, null);
        foreach (var kind in Enum.GetValues<PartDefect>())
            Write(Path.Combine(folder, "test", NameOf(kind)), kind, testPerDefect, Path.Combine(folder, "ground_truth", NameOf(kind)));

        void Write(string into, PartDefect? kind, int count, string? masks)
        {
            Directory.CreateDirectory(into);
            if (masks is not null) Directory.CreateDirectory(masks);
            for (var i = 0; i < count; i++)
            {
                var part = Render(seeds.Next(), width, height, kind);
                WritePng(Path.Combine(into, $"{i:000}.png"), MatType.CV_8UC3, width, height, part.Bgr);
                if (masks is not null)
                    WritePng(Path.Combine(masks, $"{i:000}_mask.png"), MatType.CV_8UC1, width, height, Array.ConvertAll(part.Mask, m => m ? byte.MaxValue : byte.MinValue));
            }
        }
    }

    /// <summary>Name of a defect's folder in a data set: scratch, dent, stain, missing_feature.</summary>
    /// <param name="defect">The defect.</param>
    public static string NameOf(PartDefect defect) => defect switch
    {
        PartDefect.Scratch => "scratch",
        PartDefect.Dent => "dent",
        PartDefect.Stain => "stain",
        PartDefect.MissingFeature => "missing_feature",
        _ => throw new ArgumentOutOfRangeException(nameof(defect), defect, "is none of the defects."),
    };

    private static void WritePng(string path, MatType type, int width, int height, byte[] pixels)
    {
        using var mat = new Mat(height, width, type);
        Marshal.Copy(pixels, 0, mat.Data, pixels.Length);
        Cv2.ImEncode(".png", mat, out var file, new ImageEncodingParam(ImwriteFlags.PngCompression, 3));
        File.WriteAllBytes(path, file);
    }
}
