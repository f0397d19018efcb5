namespace AnomalyLine.Imaging.Jpeg;

/// <summary>One colour of a JPEG file: brightness, a difference of colour, or an ink.</summary>
internal sealed class JpegComponent
{
    /// <summary>Its number in the file.</summary>
    public int Id { get; set; }

    /// <summary>Blocks of a unit that holds all colours, from left to right, 1..4.</summary>
    public int Across { get; set; }

    /// <summary>The same from top to bottom.</summary>
    public int Down { get; set; }

    /// <summary>Number of its quantisation table, 0..3.</summary>
    public int Quantisation { get; set; }

    /// <summary>Blocks of the picture in a row, without those that only fill the last unit.</summary>
    public int Columns { get; set; }

    /// <summary>Rows of blocks, as <see cref="Columns"/>.</summary>
    public int Rows { get; set; }

    /// <summary>The table that the scan at hand takes its DC values by; null where it has none.</summary>
    public JpegHuffmanTable? Dc { get; set; }

    /// <summary>The table that the scan at hand takes its AC values by; null where it has none.</summary>
    public JpegHuffmanTable? Ac { get; set; }

    /// <summary>For each coefficient the lowest bit that was sent, 0 once it is complete; <see cref="NotSent"/> before the first.</summary>
    public int[] Lowest { get; } = new int[64];

    /// <summary>For each block of a progressive file which coefficients are not zero: later scans give these one bit each.</summary>
    public ulong[] NotZero { get; set; } = [];

    /// <summary>See <see cref="Lowest"/>.</summary>
    public const int NotSent = -1;
}
