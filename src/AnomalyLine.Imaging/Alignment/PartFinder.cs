using System.Numerics;
using OpenCvSharp;

namespace AnomalyLine.Imaging.Alignment;

/// <summary>
/// Finds a part in frames of one size by a reference: every turn that can be is tried at the coarsest scale by normalised correlation, and the best few are refined from scale to scale (<see cref="PoseLevel"/>).
/// Immutable; any thread.
/// </summary>
internal sealed class PartFinder
{
    /// <summary>Longer side of the picture that parts are found by, pixels.</summary>
    public const int Side = 192;

    private const int Coarsest = PartPicture.Levels - 1, Candidates = 3, WideCandidates = 8;

    /// <summary>What a half turn counts against the correlation: of poses that fit as well, the nearest to the reference is taken.</summary>
    private const double TurnCost = 0.004;

    /// <summary>What is less alike at a scale than the best by more than this is not looked at in the next.</summary>
    private const double Rival = 0.1;

    private static readonly int[] s_steps = [10, 6, 8];

    private readonly int _frameWidth, _frameHeight;
    private readonly PoseLevel[] _levels = new PoseLevel[PartPicture.Levels];
    private readonly float[] _structure;
    private readonly Mat _coarse;
    private readonly double _centreX, _centreY;

    /// <summary>Around a reference.</summary>
    /// <param name="reference">Grey values of <see cref="SizeOf"/>, row by row, on any scale.</param>
    /// <param name="frameWidth">Width of the frames, pixels.</param>
    /// <param name="frameHeight">Their height.</param>
    public PartFinder(float[] reference, int frameWidth, int frameHeight)
    {
        (_frameWidth, _frameHeight) = (frameWidth, frameHeight);
        (Width, Height) = SizeOf(frameWidth, frameHeight);
        using var picture = new PartPicture(reference, Width, Height);
        _coarse = picture[Coarsest].Clone();
        _structure = StructureOf(_coarse);
        double sum = 0, x = 0, y = 0;
        for (var i = 0; i < _structure.Length; i++)
        {
            sum += _structure[i];
            x += _structure[i] * ((i % _coarse.Width) + 0.5);
            y += _structure[i] * ((i / _coarse.Width) + 0.5);
        }

        (_centreX, _centreY) = sum > 0 ? (x / sum / _coarse.Width, y / sum / _coarse.Height) : (0.5, 0.5);
        for (var level = 0; level < _levels.Length; level++) _levels[level] = new PoseLevel(picture[level], _centreX, _centreY);
    }

    /// <summary>Width of the pictures that it takes.</summary>
    public int Width { get; }

    /// <summary>Their height.</summary>
    public int Height { get; }

    /// <summary>The size of pictures of frames.</summary>
    public static (int Width, int Height) SizeOf(int frameWidth, int frameHeight)
    {
        var factor = Math.Min(1, (double)Side / Math.Max(frameWidth, frameHeight));
        return (Math.Max(16, (int)Math.Round(frameWidth * factor)), Math.Max(16, (int)Math.Round(frameHeight * factor)));
    }

    /// <summary>Finds the part: always somewhere; the correlation says how well it is there.</summary>
    /// <param name="grey">Grey values of the frame, of this size.</param>
    /// <param name="mostShift">Shift of its centre that is looked for, pixels of the frame.</param>
    /// <param name="mostAngle">Turn that is looked for, to either side, degrees, 0..180.</param>
    public FoundPart Find(float[] grey, double mostShift, double mostAngle)
    {
        using var picture = new PartPicture(grey, Width, Height);
        var rivals = Coarse(picture[Coarsest], mostShift, mostAngle).Select(c => Refined(picture, Coarsest, c.Turn, c.Shift)).ToList();
        for (var level = Coarsest - 1; level > 0; level--)
        {
            var (least, ratio) = (rivals.Max(r => r.Value) - Rival, picture[level].Width / (double)picture[level + 1].Width);
            rivals = [.. rivals.Where(r => r.Value >= least).Select(r => Refined(picture, level, r.Turn, r.Shift * ratio))];
        }

        var best = rivals.MaxBy(r => r.Value);
        best = Refined(picture, 0, best.Turn, best.Shift * (picture[0].Width / (double)picture[1].Width));
        var toFrame = Affine.Scaling((double)Width / _frameWidth, (double)Height / _frameHeight)
            .Then(_levels[0].ToPicture(best.Turn, best.Shift)).Then(Affine.Scaling((double)_frameWidth / Width, (double)_frameHeight / Height));
        var (centreX, centreY) = (_centreX * _frameWidth, _centreY * _frameHeight);
        var (x, y) = toFrame.Of(centreX, centreY);
        var pose = new Pose(x - centreX, y - centreY, best.Turn.Phase * 180 / Math.PI, best.Turn.Magnitude);
        return new FoundPart(pose, toFrame, best.Value, OutsideOf(toFrame));
    }

    /// <summary>A picture as it looks once its part lies as the reference does; outermost pixels are repeated.</summary>
    /// <param name="grey">Of this size.</param>
    /// <param name="toFrame">See <see cref="FoundPart.ToFrame"/>.</param>
    public float[] Lay(float[] grey, Affine toFrame)
    {
        var (across, down) = ((double)_frameWidth / Width, (double)_frameHeight / Height);
        using var picture = Mat.FromPixelData(Height, Width, MatType.CV_32FC1, grey);
        using var laid = new Mat();
        using var matrix = Affine.Scaling(across, down).Then(toFrame).Then(Affine.Scaling(1 / across, 1 / down)).ToMat();
        Cv2.WarpAffine(picture, laid, matrix, picture.Size(), InterpolationFlags.Linear | InterpolationFlags.WarpInverseMap, BorderTypes.Replicate);
        laid.GetArray(out float[] values);
        return values;
    }

    /// <summary>How far apart two placements put the part, pixels of the frame: the root mean square over its structure.</summary>
    public double Distance(Affine one, Affine other)
    {
        double sum = 0, squares = 0;
        var (across, down) = (_frameWidth / (double)_coarse.Width, _frameHeight / (double)_coarse.Height);
        for (var i = 0; i < _structure.Length; i++)
        {
            var (x, y) = (((i % _coarse.Width) + 0.5) * across, ((i / _coarse.Width) + 0.5) * down);
            var (a, b) = (one.Of(x, y), other.Of(x, y));
            sum += _structure[i];
            squares += _structure[i] * (((a.X - b.X) * (a.X - b.X)) + ((a.Y - b.Y) * (a.Y - b.Y)));
        }

        return sum > 0 ? Math.Sqrt(squares / sum) : 0;
    }

    private (Complex Turn, Complex Shift, double Value) Refined(PartPicture picture, int level, Complex turn, Complex shift)
    {
        _levels[level].Refine(picture[level], ref turn, ref shift, s_steps[level]);
        var value = _levels[level].Correlation(picture[level], turn, shift);
        return (turn, shift, level == 0 ? value : value - (TurnCost * Math.Abs(turn.Phase) / Math.PI));
    }

    /// <summary>The best places at the coarsest scale, of turns that are no neighbours.</summary>
    private List<(Complex Turn, Complex Shift)> Coarse(Mat picture, double mostShift, double mostAngle)
    {
        var scale = _coarse.Width / (double)_frameWidth;
        var reach = Math.Clamp((int)Math.Ceiling(mostShift * scale) + 1, 2, Math.Max(_coarse.Width, _coarse.Height) / 2);
        var step = 300.0 / Math.Max(_coarse.Width, _coarse.Height);
        var turns = (int)Math.Ceiling(Math.Min(mostAngle, 180) / step);
        if (mostAngle >= 180) step = 180.0 / turns;
        var places = new List<(int Number, double Value, Complex Turn, Complex Shift)>();
        using var canvas = new Mat();
        using var fits = new Mat();
        for (var number = mostAngle >= 180 ? 1 - turns : -turns; number <= turns; number++)
        {
            var turn = Complex.FromPolarCoordinates(1, number * step * Math.PI / 180);
            using var matrix = Affine.Shift(-reach, -reach).Then(_levels[Coarsest].ToPicture(turn, Complex.Zero)).ToMat();
            Cv2.WarpAffine(picture, canvas, matrix, new Size(_coarse.Width + (2 * reach), _coarse.Height + (2 * reach)), InterpolationFlags.Linear | InterpolationFlags.WarpInverseMap, BorderTypes.Constant, Scalar.All(0));
            Cv2.MatchTemplate(canvas, _coarse, fits, TemplateMatchModes.CCoeffNormed);
            Cv2.MinMaxLoc(fits, out _, out var value, out _, out var place);
            places.Add((number, value - (TurnCost * Math.Abs(turn.Phase) / Math.PI), turn, turn * new Complex(place.X - reach, place.Y - reach)));
        }

        var chosen = new List<(Complex Turn, Complex Shift)>();
        var taken = new List<int>();
        foreach (var place in places.OrderByDescending(p => p.Value).ThenBy(p => Math.Abs(p.Number)))
        {
            if (chosen.Count == (mostAngle > 60 ? WideCandidates : Candidates)) break;
            if (taken.Exists(number => Math.Abs(number - place.Number) < 2)) continue;
            taken.Add(place.Number);
            chosen.Add((place.Turn, place.Shift));
        }

        return chosen;
    }

    private double OutsideOf(Affine toFrame)
    {
        double sum = 0, outside = 0;
        var (across, down) = (_frameWidth / (double)_coarse.Width, _frameHeight / (double)_coarse.Height);
        for (var i = 0; i < _structure.Length; i++)
        {
            var (x, y) = toFrame.Of(((i % _coarse.Width) + 0.5) * across, ((i / _coarse.Width) + 0.5) * down);
            sum += _structure[i];
            if (x < 0 || y < 0 || x > _frameWidth || y > _frameHeight) outside += _structure[i];
        }

        return sum > 0 ? outside / sum : 0;
    }

    /// <summary>How much each place changes to its neighbours: where the part is, and not what lies around it.</summary>
    private static float[] StructureOf(Mat picture)
    {
        using Mat across = new(), down = new(), length = new();
        Cv2.Sobel(picture, across, MatType.CV_32F, 1, 0);
        Cv2.Sobel(picture, down, MatType.CV_32F, 0, 1);
        Cv2.Magnitude(across, down, length);
        length.GetArray(out float[] values);
        return values;
    }
}
