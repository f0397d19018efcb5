using AnomalyLine.Server.Pictures;
using Microsoft.Extensions.Localization;

namespace AnomalyLine.Server.Console;

/// <summary>Why there is no picture of a model, in the visitor's language.</summary>
internal static class ModelPictureText
{
    /// <summary>The sentence; what the model itself said when it failed follows as it said it.</summary>
    public static string Of(ModelPicture made, IStringLocalizer words) => made.State switch
    {
        ModelPictureState.FrameGone => words["The frame of this part is no longer kept."],
        ModelPictureState.NotJudged => words["No model judged this frame."],
        ModelPictureState.ModelGone => words["The model that judged this part is no longer stored."],
        ModelPictureState.None => words["The model that judged this part does not rebuild frames."],
        ModelPictureState.Busy => words["Too many pictures are wanted just now; try again in a few seconds."],
        ModelPictureState.Failed => $"{words["The model could not make the picture:"]} {made.Detail}",
        _ => "",
    };
}
