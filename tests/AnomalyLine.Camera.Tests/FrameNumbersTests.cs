using AnomalyLine.Camera.GenICam;

namespace AnomalyLine.Camera.Tests;

public sealed class FrameNumbersTests
{
    [Theory]
    [InlineData("7 8 9", 0)]
    [InlineData("7 8 11", 2)]
    [InlineData("65534 65535 1 2", 0)]
    [InlineData("65534 65535 0 1", 0)]
    [InlineData("65534 2", 2)]
    [InlineData("65535 3", 2)]
    [InlineData("65535 65536 65537", 0)]
    [InlineData("70000 70003", 2)]
    [InlineData("5 7 6 8", 0)]
    [InlineData("65533 65535 1 65534 2", 0)]
    [InlineData("30000 1 2", 0)]
    [InlineData("90000 1 3", 1)]
    [InlineData("4 4 5", 0)]
    [InlineData("18446744073709551614 18446744073709551615", 0)]
    public void Next_NumbersInTheirOrder_CountsWhatNeverCame(string numbers, long lost)
    {
        var frames = new FrameNumbers();
        Assert.Equal(lost, numbers.Split(' ').Sum(number => frames.Next(ulong.Parse(number, System.Globalization.CultureInfo.InvariantCulture))));
    }
}
