namespace AnomalyLine.Server.Pictures;

/// <summary>What a model made of a frame, or why there is nothing.</summary>
/// <param name="State">Which of them.</param>
/// <param name="Data">The picture's file; a reconstruction and a map have the size that the model takes, and stand for the region of the frame that was judged. Empty without a picture.</param>
/// <param name="ContentType">Of the file.</param>
/// <param name="Detail">What the model said when it failed, in English; empty otherwise.</param>
internal sealed record ModelPicture(ModelPictureState State, ReadOnlyMemory<byte> Data, string ContentType, string Detail)
{
    /// <summary>With a picture.</summary>
    public ModelPicture(Picture picture)
        : this(ModelPictureState.Made, picture.Data, picture.ContentType, "")
    {
    }

    /// <summary>Without a picture.</summary>
    public ModelPicture(ModelPictureState state, string detail = "")
        : this(state, default, "", detail)
    {
    }
}
