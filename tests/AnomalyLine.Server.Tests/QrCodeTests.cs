using AnomalyLine.Server.Console;
using OpenCvSharp;

namespace AnomalyLine.Server.Tests;

public sealed class QrCodeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(60)]
    [InlineData(107)]
    [InlineData(150)]
    [InlineData(200)]
    [InlineData(300)]
    public void Of_TextsOfEveryLength_AreReadByAnotherProgram(int length)
    {
        var text = string.Concat(Enumerable.Range(0, length).Select(i => (char)('!' + (i * 7 % 90))));
        Assert.Equal(text, Read(QrCode.Of(text)));
    }

    [Fact]
    public void Of_LinkOfAnApp_IsRead()
    {
        var text = Management.Access.Totp.UriOf("anna@plant.example", "AnomalyLine", new byte[20]);
        Assert.Equal(text, Read(QrCode.Of(text)));
    }

    [Fact]
    public void Of_MoreThanACodeHolds_IsRefused()
    {
        Assert.Equal(97, QrCode.Of(new string('a', 666)).Size);
        Assert.Throws<ArgumentException>(() => QrCode.Of(new string('a', 667)));
    }

    private static string Read(QrCode code)
    {
        const int Scale = 6;
        using var picture = new Mat((code.Size + 8) * Scale, (code.Size + 8) * Scale, MatType.CV_8UC1, Scalar.All(255));
        for (var y = 0; y < code.Size; y++)
        {
            for (var x = 0; x < code.Size; x++)
                if (code.IsDark(x, y)) picture.Rectangle(new Rect((x + 4) * Scale, (y + 4) * Scale, Scale, Scale), Scalar.All(0), -1);
        }

        using var detector = new QRCodeDetector();
        return detector.DetectAndDecode(picture, out _);
    }
}
