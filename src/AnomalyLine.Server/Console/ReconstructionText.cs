using AnomalyLine.Server.Pictures;
using Microsoft.Extensions.Localization;

namespace AnomalyLine.Server.Console;

/// <summary>Why there is no reconstruction, in the visitor's language.</summary>
internal static class ReconstructionText
{
    /// <summary>The sentence; what the model itself said when it failed follows as it said it.</summary>
    public static string Of(Reconstruction made, IStringLocalizer words) => made.State switch
    {
        ReconstructionState.FrameGone => words["The frame of this part is no longer kept, so there is no reconstruction of it."],
        ReconstructionState.NotJudged => words["No model judged this frame, so there is no reconstruction of it."],
        ReconstructionState.ModelGone => words["The model that judged this part is no longer stored, so there is no reconstruction of it."],
        ReconstructionState.None => words["The model that judged this part does not rebuild frames."],
        ReconstructionState.Busy => words["Too many reconstructions are wanted just now; try again in a few seconds."],
        ReconstructionState.Failed => $"{words["The model could not make the reconstruction:"]} {made.Detail}",
        _ => "",
    };
}
