namespace AnomalyLine.Imaging.Drawing;

/// <summary>What the standard generator lacks.</summary>
internal static class RandomExtensions
{
    /// <summary>Uniform between two numbers.</summary>
    public static float Between(this Random random, float least, float most) => least + (random.NextSingle() * (most - least));
}
