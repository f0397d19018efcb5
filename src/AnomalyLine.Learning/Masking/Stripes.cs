using AnomalyLine.Learning.Methods;
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
    /// <param name="size">Columns and rows of the frame; S is the smaller number.</param>
    /// <param name="cycles">Bars of each kind across S, 1..S / 2; a bar is S / (2 cycles) wide, upright or lying.</param>
    /// <returns>4 x 1 x rows x columns: 1 where hidden, 0 elsewhere.</returns>
    public static Tensor Of(InputSize size, int cycles)
    {
        var ((columns, rows), side) = (size, size.Shorter);
        var masks = new float[Count * rows * columns];
        for (var y = 0; y < rows; y++)
        {
            for (var x = 0; x < columns; x++)
            {
                var (upright, lying) = (x * 2 * cycles / side % 2, y * 2 * cycles / side % 2);
                masks[(((0 * rows) + y) * columns) + x] = 1 - upright;
                masks[(((1 * rows) + y) * columns) + x] = upright;
                masks[(((2 * rows) + y) * columns) + x] = 1 - lying;
                masks[(((3 * rows) + y) * columns) + x] = lying;
            }
        }

        return tensor(masks, [Count, 1, rows, columns]);
    }
}
