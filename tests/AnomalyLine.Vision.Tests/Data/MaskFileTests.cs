using AnomalyLine.Vision.Data;
using AnomalyLine.Vision.Imaging;
using AnomalyLine.Vision.Tests.Imaging;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Data;

public sealed class MaskFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(255, 127)]
    [InlineData(1, 0)]
    public void Read_SameSize_IsTrueAboveHalfOfTheBrightest(byte high, byte low) =>
        Assert.Equal([true, false, false, true], MaskFile.Read(Mask(2, 2, [high, low, 0, high]), 2, 2));

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
