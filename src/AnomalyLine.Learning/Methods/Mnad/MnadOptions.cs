namespace AnomalyLine.Learning.Methods.Mnad;

/// <summary>Options of MNAD; the defaults are the paper's for reconstruction.</summary>
internal sealed record MnadOptions : MethodOptions
{
    /// <summary>The paper's schedule.</summary>
    public MnadOptions()
    {
        Epochs = 60;
        LearningRate = 2e-5;
        Schedule = LearningRateSchedule.HalfCosine;
    }

    /// <summary>Which of the two networks.</summary>
    public MnadVariant Variant { get; init; } = MnadVariant.Reconstruction;

    /// <summary>Frames that are judged together: 1 for reconstruction; for prediction in a video 2..16, of which the last is predicted. 5 is published.</summary>
    public int Clip { get; init; } = 1;

    /// <summary>Channels of the first level, 4..256; the deepest has eight times as many.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Items in the memory, 2..1000.</summary>
    public int Items { get; init; } = 10;

    /// <summary>Weight of the compactness loss, 0..10; 0.1 is published for prediction.</summary>
    public double Compactness { get; init; } = 0.01;

    /// <summary>Weight of the separateness loss, 0..10; 0.1 is published for prediction.</summary>
    public double Separateness { get; init; } = 0.01;

    /// <summary>Share of the error in the map, 0..1; the rest is the distance to the memory. 0.6 is published for prediction.</summary>
    public double Balance { get; init; } = 0.7;

    /// <summary>How the map becomes the frame's score; of whole frames, as the mean, it is published for a video.</summary>
    public FrameScore Score { get; init; } = FrameScore.Max;

    /// <summary>Frames of one video share their background, which is learnt by heart: the distances of trained clips hardly vary, those of others do.</summary>
    internal override bool CompletesOnValidation => Variant == MnadVariant.Prediction;

    /// <inheritdoc/>
    protected override int ClipLength => Clip;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate()) yield return error;
        if (!Size.IsMultipleOf(8)) yield return $"size is {Size}; the network halves it three times, so it must be a multiple of 8.";
        if (Clip is < 1 or > 16) yield return $"clip is {Clip}; it must be 1..16 frames.";
        else if ((Variant == MnadVariant.Prediction) != (Clip > 1)) yield return $"clip is {Clip}; reconstruction takes 1 frame, prediction 2..16.";
        if (Width is < 4 or > 256) yield return $"width is {Width}; it must be 4..256.";
        if (Items is < 2 or > 1000) yield return $"items is {Items}; it must be 2..1000.";
        if (Compactness is not (>= 0 and <= 10)) yield return $"compactness is {Compactness}; it must be 0..10.";
        if (Separateness is not (>= 0 and <= 10)) yield return $"separateness is {Separateness}; it must be 0..10.";
        if (Balance is not (>= 0 and <= 1)) yield return $"balance is {Balance}; it must be 0..1.";
    }
}
