namespace AnomalyLine.Server.Pictures;

/// <summary>What a model made of a frame, or why there is nothing.</summary>
/// <param name="State">Which of them.</param>
/// <param name="Png">The picture, in the size that the model takes: it stands for the region of the frame that was judged. Empty where there is none.</param>
/// <param name="Detail">What the model said when it failed, in English; empty otherwise.</param>
internal sealed record Reconstruction(ReconstructionState State, byte[] Png, string Detail)
{
    /// <summary>Without a picture.</summary>
    public Reconstruction(ReconstructionState state, string detail = "")
        : this(state, [], detail)
    {
    }
}
