using System.Globalization;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Alignment;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Learning.Methods;

namespace AnomalyLine.Learning.Training;

/// <summary>
/// Learns from normal frames how parts lie: the mean of some, each laid upon the one in their middle, becomes the reference, and where it is found in all frames says how far off parts may lie and how alike they must be.
/// Whether parts can be aligned at all is seen by normals alone as well: one frame is laid upon another directly, and by way of the reference, and both ways must agree.
/// </summary>
internal sealed class AlignmentTraining
{
    /// <summary>Two ways agree where the part is no farther apart than this share of the frame's longer side: for half of the pairs, and for nine of ten.</summary>
    internal const double TypicalDisagreement = 0.01, RareDisagreement = 0.03;

    /// <summary>Parts that lie no farther from the reference than this share of the longer side, nine of ten of them, gain nothing by being aligned.</summary>
    internal const double Alike = 0.01;

    /// <summary>A normal frame that is less like the reference shows no such part.</summary>
    internal const double LeastNormal = 0.4;

    private const int LeastParts = 10, Looked = 48, Averaged = 24, Candidates = 4, Compared = 10, Pairs = 24;

    /// <summary>Turns that are looked for at first, degrees; all where parts are not found within.</summary>
    private const double SmallTurn = 20;

    private readonly IReadOnlyList<string> _files;
    private readonly (int Width, int Height) _frame;
    private readonly InputSpec _look;
    private readonly CancellationToken _cancel;
    private readonly int[] _looked;
    private readonly float[][] _pictures;

    private AlignmentTraining(IReadOnlyList<string> files, (int Width, int Height) frame, CancellationToken cancel)
    {
        (_files, _frame, _cancel) = (files, frame, cancel);
        var (width, height) = PartFinder.SizeOf(frame.Width, frame.Height);
        _look = new InputSpec(width, height, 1);
        _looked = Spread([.. Enumerable.Range(0, files.Count)], Looked);
        _pictures = [.. _looked.Select(Read)];
    }

    /// <summary>The alignment that is asked for, or that suits; null for none.</summary>
    /// <param name="choice">What is asked for.</param>
    /// <param name="files">One frame of each normal part.</param>
    /// <param name="cancel">Stops between two frames.</param>
    /// <param name="note">What has become of it, for the model file; null where nobody asked.</param>
    /// <exception cref="TrainingException">It is asked for, but normal frames say that parts cannot be found reliably.</exception>
    /// <exception cref="DatasetException">A frame cannot be read.</exception>
    public static PartAlignment? Choose(AlignChoice choice, IReadOnlyList<string> files, CancellationToken cancel, out string? note)
    {
        note = null;
        if (choice == AlignChoice.Off) return null;
        try
        {
            return Learn(files, isNeeded: choice == AlignChoice.On, cancel, out note);
        }
        catch (UnalignableException e)
        {
            if (choice == AlignChoice.On) throw new TrainingException($"The parts cannot be aligned: {e.Message}. Train without: --align off.", e);
            note = $"frames are judged as they come, for their parts cannot be aligned: {e.Message}.";
            return null;
        }
    }

    private static PartAlignment? Learn(IReadOnlyList<string> files, bool isNeeded, CancellationToken cancel, out string note)
    {
        if (files.Count < LeastParts) throw new UnalignableException($"there are {files.Count} normal parts, and it takes {LeastParts}");
        using var first = ClipFile.Prepare(files[0], new InputSpec(16, 16, 1));
        var training = new AlignmentTraining(files, (first.FrameWidth, first.FrameHeight), cancel);
        var (reference, reach) = training.Reference();
        var found = training.FindAll(reference, reach);
        var side = (double)Math.Max(training._frame.Width, training._frame.Height);
        var apart = Quantile(found.Select(f => reference.Finder.Distance(f.ToFrame, Affine.Scaling(1, 1))), 0.9);
        if (!isNeeded && apart <= Alike * side)
        {
            note = Say($"frames are judged as they come, for their parts lie alike: nine of ten within {apart:0.0} pixels.");
            return null;
        }

        var alignment = training.Limited(reference, reach, found);
        var most = found.MaxBy(f => f.Pose.Shift)!.Pose.Shift;
        note = Say($"parts are aligned: they lie up to {most:0.#} pixels beside the reference, turned by up to {found.Max(f => Math.Abs(f.Pose.Angle)):0.#} degrees. Frames whose part is farther off than {alignment.MostShift:0.#} pixels or {alignment.MostAngle:0.#} degrees, or is like the reference by less than {alignment.LeastCorrelation:0.00}, are not decidable.");
        return alignment;
    }

    /// <summary>The reference that two ways agree by: with small turns if that does, for of a part that looks the same turned around the nearest turn is meant; else with any.</summary>
    private ((PartFinder Finder, byte[] File, HashSet<int> Of) Reference, double Reach) Reference()
    {
        var said = "";
        foreach (var reach in (double[])[SmallTurn, 180])
        {
            var (picture, of) = Mean(Middle(reach), reach);
            var file = PartAlignment.Encode(picture, _look.Width, _look.Height);
            var finder = new PartFinder(picture, _frame.Width, _frame.Height);
            FoundPart[] found = [.. Find(finder, _pictures, reach)];
            double[] apart = [.. Disagreements(finder, found, reach)];
            var side = (double)Math.Max(_frame.Width, _frame.Height);
            var (typical, rare) = (Quantile(apart, 0.5), Quantile(apart, 0.9));
            if (typical <= TypicalDisagreement * side && rare <= RareDisagreement * side && Quantile(found.Select(f => f.Correlation), 0.05) >= LeastNormal) return ((finder, file, of), reach);
            said = Say($"laid upon each other in two ways, they are {typical:0.0} pixels apart, and one of ten {rare:0.0}, where {TypicalDisagreement * side:0.0} and {RareDisagreement * side:0.0} are the most; half of them are like the reference by {Quantile(found.Select(f => f.Correlation), 0.5):0.00} at least");
        }

        throw new UnalignableException(said);
    }

    /// <summary>Limits that all normal frames keep to with room to spare.</summary>
    private PartAlignment Limited((PartFinder Finder, byte[] File, HashSet<int> Of) reference, double reach, FoundPart[] found)
    {
        var worst = Enumerable.Range(0, found.Length).MinBy(i => found[i].Correlation);
        if (found[worst].Correlation < LeastNormal)
            throw new UnalignableException(Say($"{_files[worst]} is like the reference by {found[worst].Correlation:0.00} only, where a normal frame is by {LeastNormal} at least; take it out where it shows no part"));
        var side = (double)Math.Max(_frame.Width, _frame.Height);
        double[] correlations = [.. found.Where((_, i) => !reference.Of.Contains(i)).Select(f => f.Correlation)];
        var (least, typical) = (correlations.Min(), Quantile(correlations, 0.5));
        var angle = found.Max(f => Math.Abs(f.Pose.Angle));
        return new PartAlignment(
            _frame.Width, _frame.Height, reference.File,
            Rounded((1.25 * found.Max(f => f.Pose.Shift)) + (0.01 * side)),
            reach >= 180 && angle > 120 ? 180 : Rounded(Math.Min(180, (1.25 * angle) + 1)),
            Rounded(Math.Min(0.5, (1.25 * found.Max(f => Math.Abs(f.Pose.Scale - 1))) + 0.01)),
            Rounded(Math.Max(0.3, least - Math.Max(0.1, typical - least))),
            Rounded(Math.Min(1, found.Max(f => f.Outside) + 0.05)));
    }

    /// <summary>All normal frames by the reference, read anew, on all cores.</summary>
    private FoundPart[] FindAll((PartFinder Finder, byte[] File, HashSet<int> Of) reference, double reach)
    {
        var found = new FoundPart[_files.Count];
        try
        {
            Parallel.For(0, found.Length, new ParallelOptions { CancellationToken = _cancel, MaxDegreeOfParallelism = Environment.ProcessorCount }, i => found[i] = reference.Finder.Find(Read(i), Shift, reach));
        }
        catch (AggregateException e) when (e.InnerExceptions.FirstOrDefault(inner => inner is UnalignableException or DatasetException) is { } inner)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(inner);
        }

        return found;
    }

    /// <summary>Shifts that are looked for while learning, pixels of the frame.</summary>
    private double Shift => 0.25 * Math.Max(_frame.Width, _frame.Height);

    private float[] Read(int number)
    {
        _cancel.ThrowIfCancellationRequested();
        using var prepared = ClipFile.Prepare(_files[number], _look);
        if ((prepared.FrameWidth, prepared.FrameHeight) != _frame)
            throw new UnalignableException($"the frames differ in their size: {_files[number]} has {prepared.FrameWidth} x {prepared.FrameHeight} pixels, {Path.GetFileName(_files[0])} {_frame.Width} x {_frame.Height}");
        return prepared.Values.ToArray();
    }

    private IEnumerable<FoundPart> Find(PartFinder finder, float[][] pictures, double reach)
    {
        var found = new FoundPart[pictures.Length];
        Parallel.For(0, pictures.Length, new ParallelOptions { CancellationToken = _cancel, MaxDegreeOfParallelism = Environment.ProcessorCount }, i => found[i] = finder.Find(pictures[i], Shift, reach));
        return found;
    }

    /// <summary>The picture that most others are like, then the one of them that lies in the middle.</summary>
    private int Middle(double reach)
    {
        int[] all = [.. Enumerable.Range(0, _pictures.Length)];
        var (best, most, others) = (0, double.NegativeInfinity, Array.Empty<(int Number, FoundPart Found)>());
        foreach (var candidate in Spread(all, Candidates))
        {
            int[] compared = [.. Spread(all, Compared).Where(i => i != candidate)];
            var found = Find(new PartFinder(_pictures[candidate], _frame.Width, _frame.Height), [.. compared.Select(i => _pictures[i])], reach).ToArray();
            var typical = Quantile(found.Select(f => f.Correlation), 0.5);
            if (typical > most) (best, most, others) = (candidate, typical, [.. compared.Zip(found)]);
        }

        double Of(Func<Pose, double> value) => Quantile(others.Select(o => value(o.Found.Pose)), 0.5);
        var (x, y, angle, side) = (Of(p => p.X), Of(p => p.Y), Of(p => p.Angle), Math.Max(_frame.Width, _frame.Height));
        double Off(Pose pose) => Math.Abs(pose.X - x) + Math.Abs(pose.Y - y) + (Math.Abs(pose.Angle - angle) * side / 180);
        return others.Where(o => o.Found.Correlation >= most).Select(o => (o.Number, Off: Off(o.Found.Pose))).Append((Number: best, Off: Off(new Pose(0, 0, 0, 1)))).MinBy(o => o.Off).Number;
    }

    /// <summary>The mean of every second picture, each laid upon one; and the files of those.</summary>
    private (float[] Picture, HashSet<int> Of) Mean(int middle, double reach)
    {
        int[] sample = Spread([.. Enumerable.Range(0, (_pictures.Length + 1) / 2).Select(i => 2 * i)], Averaged);
        var finder = new PartFinder(_pictures[middle], _frame.Width, _frame.Height);
        var found = Find(finder, [.. sample.Select(i => _pictures[i])], reach).ToArray();
        var least = Quantile(found.Select(f => f.Correlation), 0.5) - 0.1;
        var sum = new float[_look.Width * _look.Height];
        var of = new HashSet<int> { _looked[middle] };
        var count = 0;
        for (var at = 0; at < sample.Length; at++)
        {
            if (found[at].Correlation < least) continue;
            var laid = finder.Lay(_pictures[sample[at]], found[at].ToFrame);
            for (var i = 0; i < sum.Length; i++) sum[i] += laid[i];
            of.Add(_looked[sample[at]]);
            count++;
        }

        for (var i = 0; i < sum.Length; i++) sum[i] /= count;
        return (sum, of);
    }

    /// <summary>How far apart two ways of laying one frame upon another put the part, pixels of the frame.</summary>
    private IEnumerable<double> Disagreements(PartFinder finder, FoundPart[] found, double reach)
    {
        int[] numbers = Spread([.. Enumerable.Range(0, _pictures.Length)], Pairs + 1);
        var distances = new double[numbers.Length - 1];
        Parallel.For(0, distances.Length, new ParallelOptions { CancellationToken = _cancel, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            var direct = new PartFinder(_pictures[numbers[i]], _frame.Width, _frame.Height).Find(_pictures[numbers[i + 1]], Shift, reach).ToFrame;
            distances[i] = finder.Distance(found[numbers[i]].ToFrame.Then(direct), found[numbers[i + 1]].ToFrame);
        });
        return distances;
    }

    private static int[] Spread(int[] numbers, int most)
    {
        var count = Math.Min(most, numbers.Length);
        return [.. Enumerable.Range(0, count).Select(i => numbers[(int)((long)i * numbers.Length / count)])];
    }

    private static double Quantile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
    }

    private static double Rounded(double value) => Math.Round(value, 4);

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Normal frames say that parts cannot be aligned.</summary>
    private sealed class UnalignableException(string message) : Exception(message);
}
