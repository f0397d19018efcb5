using AnomalyLine.Learning.Masking;

namespace AnomalyLine.Vision.Tests.Masking;

public sealed class PatchWindowsTests
{
    [Fact]
    public void Places_OneHidden_AreThoseOfThePapersFormula()
    {
        const int n = 16, side = 7;
        var windows = new PatchWindows(n, n, side, 1);
        Assert.Equal(n * n, windows.Count);
        for (var t = 1; t <= n; t++)
        {
            for (var u = 1; u <= n; u++)
            {
                var window = ((t - 1) * n) + u - 1;
                var (r, s) = (Start(t), Start(u));
                Assert.Equal((((r - 1) * n) + s - 1), windows.Patches[window * side * side]);
                Assert.Equal(((t - r) * side) + u - s, windows.Places[window]);
                if (t is > 3 and <= n - 3 && u is > 3 and <= n - 3) Assert.Equal((3 * side) + 3, windows.Places[window]);
            }
        }

        // Counted from 1, as in the paper.
        static int Start(int c)
        {
            var g = Math.Max(1, c - (side / 2));
            return g - Math.Max(0, g + side - n - 1);
        }
    }

    [Theory]
    [InlineData(7, 7, 1)]
    [InlineData(16, 7, 1)]
    [InlineData(8, 7, 4)]
    [InlineData(16, 7, 4)]
    [InlineData(13, 7, 4)]
    [InlineData(9, 5, 4)]
    public void Source_EachPatch_IsWhereAWindowHidesIt(int grid, int side, int hidden)
    {
        var windows = new PatchWindows(grid, grid, side, hidden);
        Assert.Equal(windows.Count * hidden, windows.Places.Length);
        Assert.Equal(windows.Count * side * side, windows.Patches.Length);
        for (var patch = 0; patch < windows.Source.Length; patch++)
        {
            var source = windows.Source[patch];
            Assert.Equal(patch, windows.Patches[(source / hidden * side * side) + windows.Places[source]]);
        }

        for (var w = 0; w < windows.Count; w++) AssertIsWindow(windows.Patches[(w * side * side)..((w + 1) * side * side)], grid, side);
    }

    [Fact]
    public void Count_FourHidden_IsAQuarterOfTheGrid() => Assert.Equal(64, new PatchWindows(16, 16, 7, 4).Count);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Draw_ManyTimes_GivesWindowsInTheGridWithHiddenPlacesApart(int hidden)
    {
        var windows = new PatchWindows(16, 16, 7, hidden);
        var random = new Random(1);
        var seen = new HashSet<long>();
        for (var i = 0; i < 500; i++)
        {
            var (patches, places) = windows.Draw(random);
            AssertIsWindow(patches, 16, 7);
            Assert.Equal(hidden, places.Distinct().Count());
            foreach (var a in places)
                foreach (var b in places)
                    Assert.True(a == b || Math.Max(Math.Abs((a % 7) - (b % 7)), Math.Abs((a / 7) - (b / 7))) == 4);
            seen.UnionWith(places);
        }

        Assert.Equal(hidden == 1 ? 49 : 36, seen.Count);
    }

    private static void AssertIsWindow(long[] patches, int grid, int side)
    {
        var (row, column) = (patches[0] / grid, patches[0] % grid);
        Assert.True(row >= 0 && column >= 0 && row + side <= grid && column + side <= grid);
        for (var i = 0; i < patches.Length; i++) Assert.Equal(((row + (i / side)) * grid) + column + (i % side), patches[i]);
    }
}
