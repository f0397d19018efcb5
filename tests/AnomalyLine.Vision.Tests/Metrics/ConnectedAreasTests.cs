using AnomalyLine.Evaluation.Metrics;

namespace AnomalyLine.Vision.Tests.Metrics;

public sealed class ConnectedAreasTests
{
    [Fact]
    public void Label_AreasThatTouchByACorner_AreOne()
    {
        bool[] mask =
        [
            true, false, false, true,
            false, true, false, true,
            false, false, false, false,
            true, true, false, true,
        ];
        var labels = new uint[16];
        var sizes = ConnectedAreas.Label(mask, 4, 5, labels);
        Assert.Equal([2, 2, 2, 1], sizes);
        Assert.Equal([5, 0, 0, 6, 0, 5, 0, 6, 0, 0, 0, 0, 7, 7, 0, 8], labels);
    }

    [Fact]
    public void Label_OneLargeArea_IsCountedWhole()
    {
        var mask = new bool[256 * 256];
        Array.Fill(mask, true);
        Assert.Equal([256 * 256], ConnectedAreas.Label(mask, 256, 1, new uint[mask.Length]));
    }
}
