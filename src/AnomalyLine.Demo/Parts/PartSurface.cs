namespace AnomalyLine.Demo.Parts;

/// <summary>What the light falls on, pixel by pixel: a height field with materials, and the mask of the planted defect.</summary>
internal sealed class PartSurface(int width, int height, PartPose pose)
{
    public int Width { get; } = width;

    public int Height { get; } = height;

    public PartPose Pose { get; } = pose;

    /// <summary>Height over the face, in part units (outer radius = 1); limited to what a lens resolves at an edge.</summary>
    public float[] Z { get; } = new float[width * height];

    /// <summary>1 on metal, 0 on the belt and in holes.</summary>
    public float[] Metal { get; } = new float[width * height];

    /// <summary>Factor on the brightness of the metal.</summary>
    public float[] Gloss { get; } = Ones(width * height);

    /// <summary>How much a stain covers, 0..1.</summary>
    public float[] Stain { get; } = new float[width * height];

    public bool[] Mask { get; } = new bool[width * height];

    /// <summary>Size of a pixel in part units.</summary>
    public float Pixel => 1 / Pose.Radius;

    private static float[] Ones(int count)
    {
        var values = new float[count];
        Array.Fill(values, 1);
        return values;
    }
}
