using AnomalyLine.Imaging.Drawing;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Corruption;

/// <summary>Turns some of the frames of a batch about their middle; what comes in at the corners is black.</summary>
internal static class RandomTurn
{
    /// <summary>By up to 90 degrees to either side.</summary>
    /// <param name="frames">N x C x S x S.</param>
    /// <param name="share">Chance of each frame to be turned, 0..1.</param>
    /// <param name="random">Decides.</param>
    /// <returns>As <paramref name="frames"/>.</returns>
    public static Tensor Apply(Tensor frames, double share, Random random)
    {
        if (share <= 0) return frames.alias();
        using var scope = NewDisposeScope();
        var count = frames.shape[0];
        var turns = new float[count * 6];
        for (var i = 0; i < count; i++)
        {
            var (sin, cos) = random.NextDouble() < share ? MathF.SinCos(random.Between(-MathF.PI / 2, MathF.PI / 2)) : (0, 1);
            ((float[])[cos, -sin, 0, sin, cos, 0]).CopyTo(turns, i * 6);
        }

        var grid = nn.functional.affine_grid(tensor(turns, [count, 2, 3], device: frames.device), frames.shape, align_corners: false);
        return nn.functional.grid_sample(frames, grid, align_corners: false).MoveToOuterDisposeScope();
    }
}
