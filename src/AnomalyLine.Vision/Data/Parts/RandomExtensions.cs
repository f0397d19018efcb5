namespace AnomalyLine.Vision.Data.Parts;

internal static class RandomExtensions
{
    /// <summary>Uniform between two numbers.</summary>
    public static float Between(this Random random, float least, float most) => least + (random.NextSingle() * (most - least));
}
