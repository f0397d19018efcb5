namespace AnomalyLine.Learning.Methods.Smai;

/// <summary>How superpixels are hidden when a frame is judged.</summary>
internal enum SuperpixelMasking
{
    /// <summary>Each in a pass of its own, as published.</summary>
    OneByOne,

    /// <summary>Those that lie apart in one pass. Not the same result; about a tenth of the passes.</summary>
    Coloured,
}
