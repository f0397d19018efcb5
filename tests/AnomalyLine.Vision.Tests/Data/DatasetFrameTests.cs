using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Vision.Tests.Data;

public sealed class DatasetFrameTests
{
    [Theory]
    [InlineData("scratch", "scratch")]
    [InlineData("large_hole-2", "large_hole-2")]
    [InlineData("../x", "___x-")]
    [InlineData("Kratzer groß", "Kratzer_gro_-")]
    [InlineData("Good", "Good-")]
    [InlineData("ok", "ok-")]
    public void FolderOf_AnyName_IsASafeFolderOfItsOwnThatIsNotGood(string kind, string expected)
    {
        var folder = DatasetFrame.FolderOf(kind);

        Assert.StartsWith(expected, folder, StringComparison.Ordinal);
        Assert.Equal(expected.EndsWith('-') ? expected.Length + 6 : expected.Length, folder.Length);
        Assert.False(DatasetFrame.IsGood(folder));
        Assert.Equal(folder, DatasetFrame.FolderOf(kind));
    }

    [Fact]
    public void FolderOf_NamesThatDifferInWhatAFolderCannotHave_AreDifferentFolders() => Assert.NotEqual(DatasetFrame.FolderOf("a b"), DatasetFrame.FolderOf("a/b"));
}
