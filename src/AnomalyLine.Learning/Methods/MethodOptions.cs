using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Alignment;

namespace AnomalyLine.Learning.Methods;

/// <summary>Options that every method has. Each method adds its own in a derived record; the defaults are the paper's.</summary>
internal abstract record MethodOptions
{
    /// <summary>
    /// Width and height that frames are brought to, pixels, each 32..4096 and together at most those of a square of 1024. Of a single number only the number of pixels is taken, that of such a square, unless the
    /// preset is the paper's: the proportions are those of the training frames. "256x256" is a square whatever the frames are.
    /// </summary>
    public InputSize Size { get; init; } = 256;

    /// <summary>What happens to frames of other proportions.</summary>
    public FrameFit Fit { get; init; }

    /// <summary>Whether parts are found and laid upon each other before they are judged; then a frame without one is not decidable. Clips are not aligned.</summary>
    public AlignChoice Align { get; init; }

    /// <summary>
    /// Side of the smallest defect that must be seen, pixels of the frame, 0 (nobody says)..1000: the scale of the input and its tiles are chosen so that it covers <see cref="SmallestVisible"/> pixels of
    /// the input, or all that the frame has of it.
    /// </summary>
    public double SmallestDefect { get; init; }

    /// <summary>Columns of tiles of <see cref="Size"/> each that the network sees one at a time, 1 (the whole width at once)..64.</summary>
    public int TileColumns { get; init; } = 1;

    /// <summary>Rows of tiles, 1..64.</summary>
    public int TileRows { get; init; } = 1;

    /// <summary>Pixels that neighbouring tiles share, 0..half the shorter side of <see cref="Size"/>. Without effect on a single tile.</summary>
    public int TileOverlap { get; init; } = 32;

    /// <summary>Side of a defect that the method tells from normal parts, pixels of its input.</summary>
    internal virtual double SmallestVisible => 4;

    /// <summary>Whether the method judges tiles by one model for all places.</summary>
    internal virtual bool CanTile => true;

    /// <summary>Whether there are several tiles.</summary>
    internal bool IsTiled => TileColumns * TileRows > 1;

    /// <summary>What width and height must be a multiple of.</summary>
    internal virtual int SizeStep => 16;

    /// <summary>1 (grey) or 3 (red, green, blue).</summary>
    public int Channels { get; init; } = 3;

    /// <summary>
    /// Bits in use of the 16-bit values of frames that do not say it themselves, 8..16: 12 where white is 4095. 0 for what the training frames need, which is noted here when they have 16-bit values.
    /// </summary>
    public int SignificantBits { get; init; }

    /// <summary>Passes over the training frames, 1..100000.</summary>
    public int Epochs { get; init; } = 300;

    /// <summary>
    /// Most training steps, 0 (as many as <see cref="Epochs"/> make)..10000000: of many frames fewer passes are made, at least one, and the model file says how many. A number of epochs that is asked for by itself stands.
    /// </summary>
    public int MaxSteps { get; init; }

    /// <summary>Frames a training step, 1..1024.</summary>
    public int BatchSize { get; init; } = 4;

    /// <summary>Adam's learning rate at its highest, above 0, at most 1.</summary>
    public double LearningRate { get; init; } = 1e-4;

    /// <summary>Adam's weight decay, 0..1.</summary>
    public double WeightDecay { get; init; }

    /// <summary>
    /// Whether <see cref="WeightDecay"/> shrinks the weights themselves at each step, times the learning rate (AdamW), instead of being part of
    /// the gradient.
    /// </summary>
    internal virtual bool DecouplesWeightDecay => false;

    /// <summary>How the learning rate falls.</summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Constant;

    /// <summary>Number type of convolutions and linear layers while training; the trained model is float32.</summary>
    public TrainingPrecision Precision { get; init; } = TrainingPrecision.Single;

    /// <summary>
    /// Epochs without a better loss on validation normals after which training stops and the best weights are taken, 0 (off)..10000. The validation normals,
    /// a tenth of those that would be trained on, are neither trained on nor calibrated with.
    /// </summary>
    public int Patience { get; init; }

    /// <summary>Whether <see cref="AnomalyMethod.Complete"/> is to see validation normals: what the method measures there, trained ones have less of. Sets a tenth aside as <see cref="Patience"/> does.</summary>
    internal virtual bool CompletesOnValidation => false;

    /// <summary>Random shift of each training frame by at most this many pixels, edges repeated, 0..64.</summary>
    public int Shift { get; init; }

    /// <summary>Random turn of each training frame by at most this many degrees to either side, edges repeated, 0..180.</summary>
    public double Rotation { get; init; }

    /// <summary>Training frames are mirrored left to right half of the time. Off where the part has a left and a right.</summary>
    public bool FlipHorizontal { get; init; }

    /// <summary>Training frames are mirrored top to bottom half of the time.</summary>
    public bool FlipVertical { get; init; }

    /// <summary>Training frames are turned by 0, 90, 180 or 270 degrees.</summary>
    public bool QuarterTurns { get; init; }

    /// <summary>Largest relative change of each training frame's brightness, 0..0.5.</summary>
    public double Brightness { get; init; }

    /// <summary>Largest relative change of each colour against the others in a training frame, 0..0.5.</summary>
    public double Colour { get; init; }

    /// <summary>Side of the mean filter over the anomaly map, odd pixels, 1 (none)..63.</summary>
    public int Smoothing { get; init; } = 21;

    /// <summary>
    /// Whether the anomaly map is measured against what each place does on normal frames: (map - mean) / deviation, at least 0, with both taken
    /// from the training frames after training. Helps where parts lie in a fixed pose and some places, edges say, never rebuild well.
    /// </summary>
    public bool Normalise { get; init; }

    /// <summary>Whether <see cref="Normalise"/> may be true.</summary>
    internal virtual bool CanNormalise => true;

    /// <summary>Whether all that is learnt is learnt by <see cref="AnomalyMethod.Complete"/>: there are no training steps.</summary>
    internal virtual bool LearnsAtOnce => false;

    /// <summary>The part of the frames that is learnt from and judged; null for all of it. The manifest has it with the input, not with the options.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    internal InspectionArea? Area { get; init; }

    /// <summary>How frames are aligned, which the training finds out; null where they are taken as they come. The manifest has it with the input as well.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    internal PartAlignment? Alignment { get; init; }

    /// <summary>What the network takes: a frame, or a tile of one.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public InputSpec Input => FrameInput.ForNetwork();

    /// <summary>What frames are prepared to.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public InputSpec FrameInput
    {
        get
        {
            if (!IsTiled) return new(Size.Width, Size.Height, Channels, ClipLength, SignificantBits, Fit, Area: Area, Alignment: Alignment);
            var grid = new TileGrid(TileColumns, TileRows, TileOverlap);
            return new(grid.Length(Size.Width, TileColumns), grid.Length(Size.Height, TileRows), Channels, ClipLength, SignificantBits, Fit, grid, Area, Alignment);
        }
    }

    /// <summary>Frames that are judged together, the last one's result; 1 for methods of single frames.</summary>
    protected virtual int ClipLength => 1;

    /// <summary>Passes over a number of frames within <see cref="MaxSteps"/>.</summary>
    internal int EpochsOf(int frames)
    {
        if (MaxSteps == 0) return Epochs;
        var steps = (Math.Max(1, frames) + BatchSize - 1) / BatchSize;
        return Math.Clamp(MaxSteps / steps, 1, Epochs);
    }

    /// <summary>The size for frames of other proportions than a square's: about as many pixels as <see cref="Size"/> has.</summary>
    /// <param name="proportions">Width by height, above 0.</param>
    internal virtual InputSize SizeFor(double proportions) => Size.WithProportions(proportions, SizeStep);

    /// <summary>The scale and the tiles by which the smallest defect is seen on frames of a size; these options where nobody says how small it is, or one tile shows it.</summary>
    /// <param name="width">Width of the frames, pixels.</param>
    /// <param name="height">Their height.</param>
    internal MethodOptions ForSmallestDefect(int width, int height)
    {
        if (SmallestDefect == 0) return this;
        var scale = Math.Min(1, SmallestVisible / SmallestDefect);
        var (w, h) = ((int)Math.Ceiling(width * scale), (int)Math.Ceiling(height * scale));
        if ((long)w * h <= (long)Size.Width * Size.Height) return this;
        var side = Math.Max(SizeStep, (int)Size.Side / SizeStep * SizeStep);
        var overlap = Math.Min(TileOverlap, side / 2);
        return this with
        {
            Size = side,
            Fit = FrameFit.Letterbox,
            TileOverlap = overlap,
            TileColumns = TileGrid.Needed(w, side, overlap),
            TileRows = TileGrid.Needed(h, side, overlap),
            Normalise = false,
        };
    }

    /// <summary>Everything that is wrong, one sentence each; none where all is well.</summary>
    public virtual IEnumerable<string> Validate()
    {
        if (Size.Shorter < 32 || Size.Longer > 4096 || (long)Size.Width * Size.Height > 1024 * 1024)
            yield return $"size is {Size}; it must be 32..1024 pixels, or a width and a height of 32..4096 each that make no more pixels than 1024x1024.";
        if (SmallestDefect is not (>= 0 and <= 1000)) yield return $"smallestDefect is {SmallestDefect}; it must be 0 (nobody says)..1000 pixels of the frame.";
        if (TileColumns is < 1 or > 64) yield return $"tileColumns is {TileColumns}; it must be 1..64.";
        if (TileRows is < 1 or > 64) yield return $"tileRows is {TileRows}; it must be 1..64.";
        if (TileOverlap is < 0 or > 512) yield return $"tileOverlap is {TileOverlap}; it must be 0..512 pixels.";
        else if (IsTiled && TileOverlap > Size.Shorter / 2) yield return $"tileOverlap is {TileOverlap}; it must be 0..{Size.Shorter / 2} pixels, half a tile.";
        if (IsTiled || SmallestDefect > 0)
        {
            if (!CanTile) yield return "this method knows each place of a frame by itself and takes no tiles; leave smallestDefect and tiles out, or use patchcore, dinomaly or rd.";
            if (ClipLength > 1) yield return "clips are not judged by tiles; leave smallestDefect and tiles out.";
            if (IsTiled && Normalise) yield return "normalise is true; maps of tiles are not measured against normal frames. Set normalise=false.";
        }

        if (Align == AlignChoice.On && ClipLength > 1) yield return "align is on; clips are not aligned. Set align=off.";
        if (Channels is not (1 or 3)) yield return $"channels is {Channels}; it must be 1 or 3.";
        if (SignificantBits is not (0 or (>= 8 and <= 16))) yield return $"significantBits is {SignificantBits}; it must be 8..16, or 0 for what the training frames need.";
        if (Epochs is < 1 or > 100_000) yield return $"epochs is {Epochs}; it must be 1..100000.";
        if (MaxSteps is < 0 or > 10_000_000) yield return $"maxSteps is {MaxSteps}; it must be 0 (as many as epochs make)..10000000.";
        if (BatchSize is < 1 or > 1024) yield return $"batchSize is {BatchSize}; it must be 1..1024.";
        if (LearningRate is not (> 0 and <= 1)) yield return $"learningRate is {LearningRate}; it must be above 0 and at most 1.";
        if (WeightDecay is not (>= 0 and <= 1)) yield return $"weightDecay is {WeightDecay}; it must be 0..1.";
        if (Patience is < 0 or > 10_000) yield return $"patience is {Patience}; it must be 0 (off)..10000 epochs.";
        if (Rotation is not (>= 0 and <= 180)) yield return $"rotation is {Rotation}; it must be 0..180 degrees.";
        if (Brightness is not (>= 0 and <= 0.5)) yield return $"brightness is {Brightness}; it must be 0..0.5.";
        if (Colour is not (>= 0 and <= 0.5)) yield return $"colour is {Colour}; it must be 0..0.5.";
        if (Shift is < 0 or > 64) yield return $"shift is {Shift}; it must be 0..64 pixels.";
        if (Smoothing is < 1 or > 63 || Smoothing % 2 == 0) yield return $"smoothing is {Smoothing}; it must be an odd number of pixels, 1..63.";
        else if (Smoothing / 2 >= Size.Shorter) yield return $"smoothing is {Smoothing}; it must be less than twice the size of {Size} pixels.";
    }
}
