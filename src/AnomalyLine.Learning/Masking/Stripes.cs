using static TorchSharp.torch;

namespace AnomalyLine.Learning.Masking;

/// <summary>
/// SCADN's masks (Yan, Zhang, Xu, Hu, Heng 2021, section 3.1): bars across the whole frame, upright and lying, each half of a cycle wide, and their
/// complements. Each mask hides half of the frame and each place is hidden by two of the four.
/// </summary>
internal static class Stripes
{
    /// <summary>Masks of one scale.</summary>
    public const int Count = 4;

    /// <summary>The masks of one scale: upright bars, their complement, lying bars, their complement.</summary>
    /// <param name="side">Rows and columns of the frame.</param>
    /// <param name="cycles">Bars of each kind across the frame, 1..side / 2; a bar is side / (2 cycles) wide.</param>
    /// <returns>4 x 1 x side x side: 1 where hidden, 0 elsewhere.</returns>
    public static Tensor Of(int side, int cycles)
    {
        var masks = new float[Count * side * side];
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var (upright, lying) = (x * 2 * cycles / side % 2, y * 2 * cycles / side % 2);
                masks[(((0 * side) + y) * side) + x] = 1 - upright;
                masks[(((1 * side) + y) * side) + x] = upright;
                masks[(((2 * side) + y) * side) + x] = 1 - lying;
                masks[(((3 * side) + y) * side) + x] = lying;
            }
        }

        return tensor(masks, [Count, 1, side, side]);
    }
}
