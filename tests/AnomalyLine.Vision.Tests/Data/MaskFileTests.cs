using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Vision.Tests.Imaging;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Data;

public sealed class MaskFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(255, 1)]
    [InlineData(1, 3)]
    public void Read_FewValues_IsTrueWhereNotZero(byte one, byte other) =>
        Assert.Equal([true, true, false, true], MaskFile.Read(Mask(2, 2, [one, other, 0, one]), 2, 2));

    [Fact]
    public void Read_ManyShades_IsTrueAboveHalfOfTheBrightest() =>
        Assert.Equal([false, false, false, false, false, true, true, true, true, true], MaskFile.Read(Mask(10, 1, [0, 5, 20, 60, 90, 101, 150, 170, 190, 200]), 10, 1));

    [Fact]
    public void Read_Transparency_IsTheMaskWhereItVaries()
    {
        byte[] pixels = [255, 255, 255, 0, 0, 0, 0, 255];

        Assert.Equal([false, true], MaskFile.Read(_folder.File("m.png", TestImages.Encode(".png", 2, 1, MatType.CV_8UC4, pixels)), 2, 1));
        pixels[3] = 255;
        Assert.Equal([true, false], MaskFile.Read(_folder.File("m.png", TestImages.Encode(".png", 2, 1, MatType.CV_8UC4, pixels)), 2, 1));
    }

    [Theory]
    [InlineData(0, 0, "nothing")]
    [InlineData(255, 0, "inverted")]
    [InlineData(0, 255, null)]
    public void Read_OddMask_SaysWhatItLooksLike(byte around, byte inside, string? expected)
    {
        var pixels = Enumerable.Repeat(around, 36).ToArray();
        pixels[14] = inside;

        MaskFile.Read(Mask(6, 6, pixels), 6, 6, null, null, out var doubt);

        if (expected is null) Assert.Null(doubt);
        else Assert.Contains(expected, doubt, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_BlackMask_IsFalse() => Assert.DoesNotContain(true, MaskFile.Read(Mask(3, 3, new byte[9]), 3, 3));

    [Fact]
    public void Read_OtherSize_TakesTheNearest()
    {
        var path = Mask(4, 2, [255, 255, 0, 0, 0, 0, 0, 255]);

        Assert.Equal([true, true, true, true, false, false, false, false, false, false, false, false, false, false, true, true], MaskFile.Read(path, 8, 2));
        Assert.Equal([false, true], MaskFile.Read(path, 2, 1));
    }

    [Fact]
    public void Read_Region_TakesThatPart() =>
        Assert.Equal([true, false, false, true], MaskFile.Read(Mask(4, 3, [0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 255, 0]), 2, 2, (4, 3), new RegionOfInterest(1, 1, 2, 2)));

    [Fact]
    public void Read_ColourMask_Works()
    {
        var path = _folder.File("m.png", TestImages.Encode(".png", 2, 1, MatType.CV_8UC3, new byte[] { 0, 0, 0, 255, 255, 255 }));

        Assert.Equal([false, true], MaskFile.Read(path, 2, 1));
    }

    [Fact]
    public void Read_FrameOfAnotherSize_NamesBoth()
    {
        var message = Assert.Throws<DatasetException>(() => MaskFile.Read(Mask(4, 2, new byte[8]), 4, 2, (8, 4))).Message;

        Assert.Contains("4 x 2", message, StringComparison.Ordinal);
        Assert.Contains("8 x 4", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CutOffMask_NamesIt()
    {
        var path = Mask(9, 9, new byte[81]);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..40]);

        Assert.Contains(path, Assert.Throws<DatasetException>(() => MaskFile.Read(path, 9, 9)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Mask(int width, int height, byte[] pixels) => _folder.File("m.png", TestImages.Encode(".png", width, height, MatType.CV_8UC1, pixels));
}
