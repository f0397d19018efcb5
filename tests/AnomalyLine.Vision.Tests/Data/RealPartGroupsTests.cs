using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Vision.Tests.Data;

/// <summary>Grouping of real frames: different good parts stay apart, and what is grouped is one part by its files' names.</summary>
public sealed class RealPartGroupsTests(ITestOutputHelper output)
{
    private static readonly string s_data = Find();

    [Theory]
    [InlineData("bottle")]
    [InlineData("transistor")]
    [InlineData("fabric")]
    public void Of_RealNormals_StayApart(string set) => Assert.Equal((0, 0), (Groups(set).Copies, Groups(set).NearCopies));

    [Fact]
    public void Of_BallScrews_JoinsOnlyTheSamePlaceOfADrive() =>
        Assert.All(Groups("ballscrew").Parts, part => Assert.Single(part.Files.Select(file => string.Join('_', Path.GetFileName(file).Split('_')[2..5])).Distinct()));

    [Fact]
    public void Of_MagneticTiles_JoinsOnlyExposuresOfOneTile()
    {
        // Exposures of one tile have numbers that follow each other.
        static int Number(string file) => int.Parse(Path.GetFileNameWithoutExtension(file).Split('_')[^1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.All(Groups("magnetic_tile").Parts, part => Assert.InRange(part.Files.Max(Number) - part.Files.Min(Number), 0, 500));
    }

    private PartGroups Groups(string set)
    {
        var folder = Path.Combine(s_data, set, "train", DatasetFrame.Good);
        Assert.SkipUnless(Directory.Exists(folder), "No real images in shared/data.");
        var groups = PartGroups.Of(FrameListing.Of(folder).Frames, TestContext.Current.CancellationToken);
        output.WriteLine($"{set}: {groups.Files} frames, {groups.Parts.Count} parts; {groups.Note("normals")}");
        return groups;
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "shared/data") is var found && Directory.Exists(found)) return found;
        return "";
    }
}
