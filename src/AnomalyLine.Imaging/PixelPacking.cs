namespace AnomalyLine.Imaging;

/// <summary>What the values of a raw format need before they can be used.</summary>
internal enum PixelPacking
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Bits in one run, from the lowest on (PFNC "p").</summary>
    Run,

    /// <summary>Two values in three bytes (GigE Vision "Packed").</summary>
    Pairs,

    /// <summary>Two pixels share their colour (YCbCr 4:2:2).</summary>
    SharedColour,

    /// <summary>32-bit floats.</summary>
    Float,
}
