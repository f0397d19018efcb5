using AnomalyLine.Camera.Configuration;
using AnomalyLine.Camera.Running;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Camera.Tests;

public sealed class FramePaceTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void UntilNext_Files_KeepsToTheTimesThatFramesAreDue()
    {
        var pace = new FramePace(Camera("/tmp", 4), _time);
        Assert.Equal(TimeSpan.Zero, pace.UntilNext());
        Assert.Equal(250, pace.UntilNext().TotalMilliseconds);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(-1500, pace.UntilNext().TotalMilliseconds);
    }

    [Fact]
    public void UntilNext_PicturesAfterAnOutage_LeavesOutThoseOfThatTime()
    {
        var pace = new FramePace(Camera("http://cam/1.jpg", 2), _time);
        Assert.Equal(TimeSpan.Zero, pace.UntilNext());
        _time.Advance(TimeSpan.FromSeconds(10.2));
        Assert.Equal(TimeSpan.Zero, pace.UntilNext());
        Assert.Equal(300, pace.UntilNext().TotalMilliseconds, 3);
    }

    [Fact]
    public void Skips_StreamAboveItsRate_KeepsTheRateOverTime()
    {
        var pace = new FramePace(Camera("rtsp://cam/1", 10), _time);
        var kept = 0;
        for (var frame = 0; frame < 250; frame++)
        {
            if (!pace.Skips()) kept++;
            _time.Advance(TimeSpan.FromMilliseconds(40));
        }

        Assert.InRange(kept, 99, 101);
    }

    private static CameraSettings Camera(string source, double rate)
    {
        Assert.True(SourceAddress.TryParse(source, out var address, out var error), error);
        return new CameraSettings { Name = "C", Station = "S", Source = address, Rate = rate };
    }
}
