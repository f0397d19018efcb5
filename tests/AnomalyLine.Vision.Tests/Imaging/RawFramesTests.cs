using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Imaging;

public sealed class RawFramesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("anomalyline-raw-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void FromFile_ColourAndGrey_KeepPixelsAsTheyAre()
    {
        using var colour = new Mat(2, 3, MatType.CV_8UC3, new Scalar(10, 20, 30));
        using var grey = new Mat(2, 3, MatType.CV_8UC1, Scalar.All(77));
        Cv2.ImWrite(At("colour.png"), colour);
        Cv2.ImWrite(At("grey.png"), grey);
        var time = DateTimeOffset.UnixEpoch;
        var one = RawFrames.FromFile(At("colour.png"), time);
        var other = RawFrames.FromFile(At("grey.png"), time);
        Assert.Equal((PixelFormat.Bgr8, 3, 2, 9), (one.Format, one.Width, one.Height, one.Stride));
        Assert.Equal([10, 20, 30], one.Data[..3].ToArray());
        Assert.Equal((PixelFormat.Mono8, 3, time), (other.Format, other.Stride, other.CaptureTime));
        Assert.All(other.Data.ToArray(), value => Assert.Equal(77, value));
    }

    [Fact]
    public void FromVideo_MotionJpeg_GivesItsFramesInOrder()
    {
        using (var writer = new VideoWriter(At("line.avi"), FourCC.MJPG, 25, new OpenCvSharp.Size(64, 48)))
        {
            Assert.True(writer.IsOpened());
            for (var i = 0; i < 3; i++)
            {
                using var frame = new Mat(48, 64, MatType.CV_8UC3, Scalar.All(50 + (80 * i)));
                writer.Write(frame);
            }
        }

        var frames = RawFrames.FromVideo(At("line.avi"), TimeProvider.System).ToArray();
        Assert.Equal([64, 64, 64], frames.Select(frame => frame.Width));
        Assert.Equal([50, 130, 210], frames.Select(frame => (int)(10 * Math.Round(frame.Data.Span[0] / 10.0))));
    }

    [Fact]
    public void From_WhatIsNoPicture_SaysWhichFile()
    {
        File.WriteAllText(At("notes.png"), "no picture");
        Assert.Contains("notes.png", Assert.Throws<DatasetException>(() => RawFrames.FromFile(At("notes.png"), default)).Message, StringComparison.Ordinal);
        Assert.Contains("notes.png", Assert.Throws<DatasetException>(() => RawFrames.FromVideo(At("notes.png"), TimeProvider.System).Count()).Message, StringComparison.Ordinal);
    }

    private string At(string name) => Path.Combine(_folder, name);
}
