using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Losses;

/// <summary>
/// Focal loss of two classes (Lin et al. 2017, eq. 4, without class weights): mean of -(1 - p)^gamma log p, p the probability given to the true class, so
/// that the many easy pixels count little.
/// </summary>
internal static class FocalLoss
{
    /// <summary>The loss, a scalar at least 0.</summary>
    /// <param name="logits">N x 2 x H x W: class 0 and class 1 before softmax.</param>
    /// <param name="masks">N x H x W: the true class, 0 or 1.</param>
    /// <param name="gamma">0 gives the cross entropy.</param>
    public static Tensor Loss(Tensor logits, Tensor masks, double gamma = 2)
    {
        using var scope = NewDisposeScope();
        var logs = nn.functional.log_softmax(logits, 1);
        var log = where(masks > S(0.5), logs.select(1, 1), logs.select(1, 0));
        return (-OneMinus(log.exp()).pow(S(gamma)) * log).mean().MoveToOuterDisposeScope();
    }
}
