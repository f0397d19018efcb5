using AnomalyLine.Imaging;
using AnomalyLine.Inference.Tensors;
using static TorchSharp.torch;

namespace AnomalyLine.Inference;

/// <summary>
/// What is computed of each tile of an input, put together: where tiles overlap, the weight of each rises linearly from its edge, and all weights add up to 1. So no seam shows, and what a network
/// computes at a tile's edge, where it sees too little around, counts least.
/// </summary>
/// <param name="input">The input and its tiles.</param>
internal sealed class TileBlend(InputSpec input)
{
    /// <summary>Tiles that go through the network at once: bounds memory, and keeps threads busy.</summary>
    private const int AtOnce = 8;

    private readonly RegionOfInterest[] _regions = [.. input.TileRegions()];
    private readonly InputSpec _tile = input.ForNetwork();
    private Tensor[]? _rows, _columns;

    /// <summary>Computes something of the tiles of one input and puts it together.</summary>
    /// <param name="frame">P x H x W.</param>
    /// <param name="cover">The part of it that shows the frame; tiles outside of it are left out, and zero in the result.</param>
    /// <param name="compute">N x P x h x w tiles to N x ... x h x w; null ends it.</param>
    /// <returns>1 x ... x H x W; null where <paramref name="compute"/> gave none.</returns>
    public Tensor? Of(Tensor frame, RegionOfInterest cover, Func<Tensor, Tensor?> compute)
    {
        Tensor? whole = null;
        foreach (var chosen in Enumerable.Range(0, _regions.Length).Where(i => _regions[i].Intersect(cover) is not null).Chunk(AtOnce))
        {
            using var scope = NewDisposeScope();
            if (compute(stack(chosen.Select(i => Cut(frame, _regions[i])))) is not { } tiles) return null;
            whole ??= zeros([1, .. tiles.shape[1..^2], input.Height, input.Width], tiles.dtype, tiles.device).MoveToOuterDisposeScope();
            foreach (var (at, i) in chosen.Index())
            {
                using var place = Cut(whole, _regions[i]);
                place.addcmul_(tiles.narrow(0, at, 1), WeightOf(i, tiles.device), Scalars.S(1));
            }
        }

        return whole;
    }

    private static Tensor Cut(Tensor image, RegionOfInterest region) => image.narrow(-2, region.Y, region.Height).narrow(-1, region.X, region.Width);

    /// <summary>The weight of each place of a tile, h x w.</summary>
    private Tensor WeightOf(int tile, Device device)
    {
        var grid = input.Tiles!;
        _rows ??= Weights(grid.Rows, _tile.Height, device);
        _columns ??= Weights(grid.Columns, _tile.Width, device);
        return _rows[tile / grid.Columns].unsqueeze(1).mul(_columns[tile % grid.Columns]);
    }

    /// <summary>The weight of each place along each tile of a row or column.</summary>
    private Tensor[] Weights(int tiles, int length, Device device)
    {
        var overlap = input.Tiles!.Overlap;
        return
        [
            .. Enumerable.Range(0, tiles).Select(at => tensor([.. Enumerable.Range(0, length).Select(i => Math.Min(
                at == 0 ? 1 : Math.Min(1, (i + 0.5f) / overlap), at == tiles - 1 ? 1 : Math.Min(1, (length - i - 0.5f) / overlap)))]).to(device).DetachFromDisposeScope()),
        ];
    }
}
