using AnomalyLine.Imaging;

namespace AnomalyLine.Vision.Tests.Models;

public sealed class ReferenceFramesTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(1, 4)]
    [InlineData(3, 4)]
    public void Decode_EncodedFrame_GivesItsValues(int channels, int frames)
    {
        var input = new InputSpec(18, 16, channels, frames);
        using var frame = new PreparedFrame(input, new RegionOfInterest(0, 0, 18, 16), 18, 16);
        for (var i = 0; i < input.Length; i++) frame.Writable[i] = i * 7 % 256 / 255f;
        using var decoded = ReferenceFrames.Decode(ReferenceFrames.Encode(frame), input, out var error);
        Assert.Null(error);
        Assert.Equal(input, decoded!.Input);
        Assert.Equal(frame.Values.ToArray(), decoded.Values.ToArray(), (a, b) => MathF.Abs(a - b) < 1e-6f);
    }
}
