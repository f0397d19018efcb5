using OpenCvSharp;

namespace AnomalyLine.Imaging;

/// <summary>
/// What an <see cref="InspectionArea"/> leaves out of a prepared frame: every value that any left-out pixel of the frame has a share in. Immutable and shared by all frames of one geometry.
/// </summary>
internal sealed class AreaMask
{
    /// <summary>What stands in place of pixels that a model never sees.</summary>
    public const float Filling = 0.5f;

    private readonly IReadOnlyList<AreaShape> _of;
    private readonly InspectionArea? _model;
    private readonly RegionOfInterest? _taken;
    private readonly InputSpec? _input;

    private AreaMask(IReadOnlyList<AreaShape> shapes, InspectionArea? model, RegionOfInterest taken, InputSpec input)
    {
        (_of, _model, _taken, _input) = (shapes, model, taken, input);
        Filled = model is { LeftOut.Count: > 0 } ? Draw(model.LeftOut, taken, input) : null;
        Shapes = [.. (model?.LeftOut ?? []).Union(shapes)];
        LeftOut = Filled is not null && Shapes.Count == model!.LeftOut.Count ? Filled : Draw(Shapes, taken, input);
        IsAll = !Array.Exists(LeftOut, isLeftOut => !isLeftOut);
    }

    private AreaMask(AreaMask? mask, bool[] unseen)
    {
        (_of, _model, _taken, _input) = (mask?._of ?? [], mask?._model, mask?._taken, mask?._input);
        (Filled, Shapes) = (mask?.Filled, mask?.Shapes ?? []);
        LeftOut = unseen;
        for (var i = 0; mask is not null && i < unseen.Length; i++) unseen[i] |= mask.LeftOut[i];
        IsAll = !Array.Exists(LeftOut, isLeftOut => !isLeftOut);
    }

    /// <summary>The shapes, in pixels of the frame.</summary>
    public IReadOnlyList<AreaShape> Shapes { get; }

    /// <summary>Which places of the input are not judged, row by row.</summary>
    public bool[] LeftOut { get; }

    /// <summary>Those of them that the model never sees; null where it sees all.</summary>
    public bool[]? Filled { get; }

    /// <summary>Whether nothing is left to judge.</summary>
    public bool IsAll { get; }

    /// <summary>Draws it.</summary>
    /// <param name="shapes">What is left out beside what the model has learnt without.</param>
    /// <param name="model">What the model has learnt with.</param>
    /// <param name="taken">The part of the frame that is taken.</param>
    /// <param name="input">What it is resized to.</param>
    public static AreaMask Of(IReadOnlyList<AreaShape> shapes, InspectionArea? model, RegionOfInterest taken, InputSpec input) => new(shapes, model, taken, input);

    /// <summary>A mask of one frame, of which the camera has not seen all places either.</summary>
    /// <param name="mask">What is left out of all frames; null for nothing.</param>
    /// <param name="unseen">Which places it has not seen, which become the mask's; null where it has seen all.</param>
    public static AreaMask? Without(AreaMask? mask, bool[]? unseen) => unseen is null ? mask : new AreaMask(mask, unseen);

    /// <summary>Whether it is of these shapes, this very list, for this geometry.</summary>
    public bool IsFor(IReadOnlyList<AreaShape> shapes, InspectionArea? model, RegionOfInterest taken, InputSpec input) =>
        ReferenceEquals(_of, shapes) && _taken == taken && (ReferenceEquals(_input, input) || _input?.IsSameShape(input) == true) && (ReferenceEquals(_model, model) || Equals(_model, model));

    /// <summary>Fills what the model never sees.</summary>
    /// <param name="values">Planes of the input's size.</param>
    public void Fill(Span<float> values)
    {
        if (Filled is null) return;
        for (var plane = 0; plane < values.Length; plane += Filled.Length)
        {
            var of = values.Slice(plane, Filled.Length);
            for (var i = 0; i < of.Length; i++)
                if (Filled[i]) of[i] = Filling;
        }
    }

    private static unsafe bool[] Draw(IReadOnlyList<AreaShape> shapes, RegionOfInterest taken, InputSpec input)
    {
        using Mat drawn = Mat.Zeros(taken.Height, taken.Width, MatType.CV_8UC1);
        foreach (var shape in shapes) Draw(drawn, shape, taken.X, taken.Y);

        // As the frame itself is resized: whatever a pixel has a share in is more than nothing here. Zero and 255 as floats, as bytes would round a small share away.
        var cover = input.CoverOf(taken.Width, taken.Height);
        using var exact = new Mat();
        drawn.ConvertTo(exact, MatType.CV_32F);
        using var resized = new Mat();
        Cv2.Resize(exact, resized, new Size(cover.Width, cover.Height), 0, 0, InterpolationFlags.Area);
        using var whole = new Mat();
        Cv2.CopyMakeBorder(resized, whole, cover.Y, input.Height - cover.Y - cover.Height, cover.X, input.Width - cover.X - cover.Width, BorderTypes.Replicate | BorderTypes.Isolated);
        var mask = new bool[input.Width * input.Height];
        for (var y = 0; y < input.Height; y++)
        {
            var row = new ReadOnlySpan<float>(whole.Ptr(y).ToPointer(), input.Width);
            for (var x = 0; x < row.Length; x++) mask[(y * input.Width) + x] = row[x] > 0;
        }

        return mask;
    }

    private static void Draw(Mat mat, AreaShape shape, int left, int top)
    {
        Point[] points = [.. Enumerable.Range(0, shape.Points.Count / 2).Select(i => new Point(shape.Points[2 * i] - left, shape.Points[(2 * i) + 1] - top))];
        switch (shape.Kind)
        {
            case AreaShapeKind.Rectangle:
                var corners = Rect.FromLTRB(Math.Min(points[0].X, points[1].X), Math.Min(points[0].Y, points[1].Y), Math.Max(points[0].X, points[1].X), Math.Max(points[0].Y, points[1].Y));
                Cv2.Rectangle(mat, corners, Scalar.White, -1);
                break;
            case AreaShapeKind.Ellipse:
                var centre = new Point2f((points[0].X + points[1].X - 1) / 2f, (points[0].Y + points[1].Y - 1) / 2f);
                Cv2.Ellipse(mat, new RotatedRect(centre, new Size2f(Math.Abs(points[0].X - points[1].X), Math.Abs(points[0].Y - points[1].Y)), 0), Scalar.White, -1);
                break;
            case AreaShapeKind.Polygon:
                Cv2.FillPoly(mat, [points], Scalar.White);
                break;
            default:
                if (points.Length > 1) Cv2.Polylines(mat, [points], isClosed: false, Scalar.White, shape.Width);
                foreach (var point in points) Cv2.Circle(mat, point, shape.Width / 2, Scalar.White, -1);
                break;
        }
    }
}
