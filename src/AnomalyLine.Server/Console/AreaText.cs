using AnomalyLine.Inspection;
using AnomalyLine.Management.Models;
using Microsoft.Extensions.Localization;

namespace AnomalyLine.Server.Console;

/// <summary>What is said of inspection areas.</summary>
internal static class AreaText
{
    /// <summary>
    /// That a recipe shows its model parts at another scale than it has learnt; empty where it does not. A rectangle of the same size elsewhere is no reason: that is what one sets after a camera was moved.
    /// </summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="model">Its model; null where the server has it no more.</param>
    /// <param name="frame">Width and height of the station's frames; null where none is known.</param>
    /// <param name="words">The language.</param>
    public static string OtherScale(Recipe recipe, StoredModel? model, (int Width, int Height)? frame, IStringLocalizer words)
    {
        if (recipe.Area?.Region is not { } own || model is null) return "";
        return model.Manifest.Input.Area?.Region switch
        {
            { } learnt when (learnt.Width, learnt.Height) == (own.Width, own.Height) => "",
            { } learnt => words["The model has learnt rectangles of {0} x {1} pixels, and the recipe shows it {2} x {3}: parts have another size for it than in training. Train a model for this rectangle, or take it out of the recipe.", learnt.Width, learnt.Height, own.Width, own.Height],
            null when frame == (own.Width, own.Height) => "",
            null => words["The model has learnt whole frames, and the recipe shows it a rectangle of {0} x {1} pixels: parts have another size for it than in training. Train a model for this rectangle, or take it out of the recipe.", own.Width, own.Height],
        };
    }
}
