using AnomalyLine.Imaging.Drawing;
using OpenCvSharp;

namespace AnomalyLine.Demo.Parts;

/// <summary>Light on a surface, and the camera that looks at it.</summary>
internal static class PartShader
{
    private const int Steps = 1024;
    private static readonly float[] Broad = [.. Enumerable.Range(0, Steps + 1).Select(i => MathF.Pow(i / (float)Steps, 14))];
    private static readonly float[] Sharp = [.. Enumerable.Range(0, Steps + 1).Select(i => MathF.Pow(i / (float)Steps, 90))];

    /// <summary>Linear blue, green, red values, about 0..1, interleaved.</summary>
    public static float[] Shade(PartSurface surface, PartLight light, PartTexture texture)
    {
        var colours = new float[surface.Width * surface.Height * 3];
        for (var y = 0; y < surface.Height; y++)
            for (var x = 0; x < surface.Width; x++) ShadePixel(surface, light, texture, x, y, colours.AsSpan(((y * surface.Width) + x) * 3, 3));
        return colours;
    }

    /// <summary>Lens and sensor: a slight blur, noise that grows with brightness, and eight bits.</summary>
    public static byte[] Expose(float[] colours, int width, int height, Random random)
    {
        using var mat = Mat.FromPixelData(height, width, MatType.CV_32FC3, colours);
        using var blurred = new Mat();
        Cv2.GaussianBlur(mat, blurred, new Size(3, 3), 0.6);
        blurred.GetArray(out Vec3f[] pixels);
        var noise = Gaussians(random);
        var bytes = new byte[pixels.Length * 3];
        var state = (uint)random.Next() | 1;
        for (var i = 0; i < pixels.Length; i++)
        {
            var pixel = pixels[i];
            bytes[i * 3] = Digitise(pixel.Item0, noise, ref state);
            bytes[(i * 3) + 1] = Digitise(pixel.Item1, noise, ref state);
            bytes[(i * 3) + 2] = Digitise(pixel.Item2, noise, ref state);
        }

        return bytes;
    }

    private static void ShadePixel(PartSurface surface, PartLight light, PartTexture texture, int x, int y, Span<float> bgr)
    {
        var pose = surface.Pose;
        var at = (y * surface.Width) + x;
        float fx = ((x + 0.5f) / surface.Width) - 0.5f, fy = ((y + 0.5f) / surface.Height) - 0.5f;
        var lamp = light.Strength * (1 + (light.GradientX * 2 * fx) + (light.GradientY * 2 * fy)) * (1 - (0.25f * ((fx * fx) + (fy * fy))));
        var (u, v) = pose.ToPart(x, y);
        var r = MathF.Sqrt((u * u) + (v * v));
        var metal = surface.Metal[at];
        float below = 0, tone = 0, tint = 0;
        if (metal < 1) below = BeltTone(r, x, y, pose, light, texture, u, v);
        if (metal > 0) (tone, tint) = MetalTone(surface, light, texture, x, y, u, v, r);
        var stain = surface.Stain[at];
        var warm = light.Warmth;
        bgr[0] = lamp * (1 - warm) * ((metal * tone * (1.03f + tint) * (1 - (stain * 0.74f))) + ((1 - metal) * below * 1.02f));
        bgr[1] = lamp * ((metal * tone * (1.0f + (tint * 0.3f)) * (1 - (stain * 0.58f))) + ((1 - metal) * below * 1.08f));
        bgr[2] = lamp * (1 + warm) * ((metal * tone * (0.975f - tint) * (1 - (stain * 0.38f))) + ((1 - metal) * below * 0.72f));
    }

    private static float BeltTone(float r, int x, int y, PartPose pose, PartLight light, PartTexture texture, float u, float v)
    {
        var belt = 0.19f * (1 + (0.24f * texture.Belt(u, v)));
        if (r < 1) return belt * 0.16f;
        float sx = (x - pose.CenterX) / pose.Radius, sy = (y - pose.CenterY) / pose.Radius;
        sx += light.X * 0.1f;
        sy += light.Y * 0.1f;
        var shadow = Curve.Step(1.13f, 0.9f, MathF.Sqrt((sx * sx) + (sy * sy)));
        return belt * (1 - (0.8f * shadow));
    }

    private static (float Tone, float Tint) MetalTone(PartSurface surface, PartLight light, PartTexture texture, int x, int y, float u, float v, float r)
    {
        var pose = surface.Pose;
        var width = surface.Width;
        int left = Math.Max(x - 1, 0), right = Math.Min(x + 1, width - 1), up = Math.Max(y - 1, 0), down = Math.Min(y + 1, surface.Height - 1);
        var z = surface.Z;
        var slopeX = (z[(y * width) + right] - z[(y * width) + left]) * pose.Radius / 2;
        var slopeY = (z[(down * width) + x] - z[(up * width) + x]) * pose.Radius / 2;
        var length = 1 / MathF.Sqrt(1 + (slopeX * slopeX) + (slopeY * slopeY));
        float nx = -slopeX * length, ny = -slopeY * length, nz = length;

        // Half-way vector between lamp and camera (which looks straight down), and the tool's direction, which is along the rings.
        var half = 1 / MathF.Sqrt(Curve.Square(light.X) + Curve.Square(light.Y) + Curve.Square(light.Z + 1));
        float hx = light.X * half, hy = light.Y * half, hz = (light.Z + 1) * half;
        float tx = -(y + 0.5f - pose.CenterY) / (r * pose.Radius), ty = (x + 0.5f - pose.CenterX) / (r * pose.Radius);
        var along = (tx * hx) + (ty * hy);
        var across = MathF.Sqrt(1 - Math.Min(along * along, 1));
        var facing = Math.Clamp((nx * hx) + (ny * hy) + (nz * hz), 0, 1);
        var towards = Math.Max((nx * light.X) + (ny * light.Y) + (nz * light.Z), 0);
        var ring = texture.Ring(r, u, v);
        var streak = (0.32f * Look(Broad, across)) + (0.26f * Look(Sharp, across));
        var tone = 0.14f + (0.25f * towards) + (streak * nz * (1 + (0.5f * ring))) + (0.35f * Look(Sharp, facing)) + (0.02f * texture.Cloud(u, v)) + (0.018f * ring);

        // The room that the steel mirrors: cool from above, warmer from below.
        var tint = 0.04f * ((ny * -0.8f) + (nx * -0.3f)) + (0.012f * along);
        return (Math.Max(tone * surface.Gloss[(y * width) + x], 0.02f), tint);
    }

    private static float Look(float[] table, float value) => table[(int)(value * Steps)];

    private static byte Digitise(float linear, float[] noise, ref uint state)
    {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;

        // A sensor's noise: a floor and a part that grows with the root of the light.
        var value = 255 * Math.Clamp(linear, 0, 1.2f);
        value += noise[state & 4095] * (1.1f + (0.07f * MathF.Sqrt(value)));
        return (byte)Math.Clamp(value + 0.5f, 0, 255);
    }

    private static float[] Gaussians(Random random)
    {
        var values = new float[4096];
        for (var i = 0; i < values.Length; i++)
            values[i] = MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(MathF.Tau * random.NextSingle());
        return values;
    }
}
