using static TorchSharp.torch;

namespace AnomalyLine.Vision.Data.Corruption;

/// <summary>Cuts a square out of each frame of a batch, anywhere, so that a network that works at any size learns from large frames at the cost of small ones.</summary>
internal static class RandomCut
{
    /// <summary>Cuts.</summary>
    /// <param name="frames">N x C x S x S.</param>
    /// <param name="side">Pixels of the squares, at most S; 0 leaves the frames whole.</param>
    /// <param name="random">Decides where.</param>
    /// <returns>N x C x side x side.</returns>
    public static Tensor Apply(Tensor frames, int side, Random random)
    {
        if (side == 0) return frames.alias();
        using var scope = NewDisposeScope();
        var room = (int)frames.shape[2] - side + 1;
        var cuts = new Tensor[frames.shape[0]];
        for (var i = 0; i < cuts.Length; i++) cuts[i] = frames[i].narrow(1, random.Next(room), side).narrow(2, random.Next(room), side);
        return stack(cuts).MoveToOuterDisposeScope();
    }

    /// <summary>What is wrong with a side, or nothing.</summary>
    /// <param name="side">Pixels.</param>
    /// <param name="size">Pixels of the frames.</param>
    /// <param name="multiple">What the network can halve.</param>
    public static string? Problem(int side, int size, int multiple) => side != 0 && (side < multiple || side > size || side % multiple != 0)
        ? $"cut is {side}; it must be 0 (whole frames) or a multiple of {multiple} pixels, at most the size of {size}."
        : null;
}
