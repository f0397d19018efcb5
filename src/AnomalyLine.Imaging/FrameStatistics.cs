using System.Diagnostics.CodeAnalysis;
using AnomalyLine.Imaging.Alignment;

namespace AnomalyLine.Imaging;

/// <summary>
/// What of a frame changes when lamp, lens or mount do, whatever the part: measured on the area that is judged, at 256 x 256 grey pixels. Stateless; any thread.
/// </summary>
/// <param name="Brightness">Mean grey value, 0..1.</param>
/// <param name="Sharpness">Mean absolute value of the Laplacian over the brightness, at least 0: it does not change with the lamp alone.</param>
/// <param name="CentreX">Where the edges are, on average: centre of mass of the absolute Laplacian from left to right, 0..1.</param>
/// <param name="CentreY">The same from top to bottom.</param>
public sealed record FrameStatistics(double Brightness, double Sharpness, double CentreX, double CentreY)
{
    private const int Side = 256;
    private static readonly InputSpec s_input = new(Side, Side, 1);

    /// <summary>Measures a frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="area">The part to look at; null for all of it.</param>
    /// <param name="alignment">How frames are aligned before they are measured; null for as they come.</param>
    /// <param name="statistics">The result.</param>
    /// <param name="error">What is wrong with the frame.</param>
    public static bool TryMeasure(Frame frame, InspectionArea? area, PartAlignment? alignment, [NotNullWhen(true)] out FrameStatistics? statistics, [NotNullWhen(false)] out string? error)
    {
        statistics = null;
        if (!FramePreparer.TryPrepare(frame, s_input with { Area = area, Alignment = alignment }, null, out var prepared, out error)) return false;
        using (prepared) statistics = Measure(prepared.Values);
        return true;
    }

    private static FrameStatistics Measure(ReadOnlySpan<float> grey)
    {
        double sum = 0, edges = 0, edgesX = 0, edgesY = 0;
        foreach (var value in grey) sum += value;
        for (var y = 1; y < Side - 1; y++)
        {
            for (var x = 1; x < Side - 1; x++)
            {
                var at = (y * Side) + x;
                double edge = Math.Abs((4 * grey[at]) - grey[at - 1] - grey[at + 1] - grey[at - Side] - grey[at + Side]);
                edges += edge;
                edgesX += edge * x;
                edgesY += edge * y;
            }
        }

        var brightness = sum / grey.Length;
        const double inner = (Side - 2.0) * (Side - 2);
        return edges <= 0
            ? new FrameStatistics(brightness, 0, 0.5, 0.5)
            : new FrameStatistics(brightness, edges / inner / Math.Max(brightness, 1e-3), edgesX / edges / (Side - 1), edgesY / edges / (Side - 1));
    }
}
