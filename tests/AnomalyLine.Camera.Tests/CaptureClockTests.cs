using AnomalyLine.Camera.GenICam;

namespace AnomalyLine.Camera.Tests;

public sealed class CaptureClockTests
{
    private const long Ms = 1_000_000, Second = 1000 * Ms, Epoch = 1_700_000_000 * Second;

    [Fact]
    public void Capture_FramesThatComeLate_AreWhenTheCameraSaysItByTheQuickestOfThem()
    {
        var clock = new CaptureClock(isSynchronised: false);
        Assert.Equal(Epoch, clock.Capture(5, Epoch));

        // The camera's clock is half a second on; this frame took 40 ms longer than the first one.
        Assert.Equal(Epoch + (500 * Ms), clock.Capture(5 + (500 * Ms), Epoch + (540 * Ms)));
        Assert.Equal(40 * Ms, clock.LastDelayNanoseconds);

        // One that was quicker corrects the offset.
        Assert.Equal(Epoch + (998 * Ms), clock.Capture(5 + (1000 * Ms), Epoch + (998 * Ms)));
    }

    [Fact]
    public void Capture_ClockThatDrifts_StaysWithinMilliseconds()
    {
        var clock = new CaptureClock(isSynchronised: false);
        for (long second = 0; second <= 3600; second++)
        {
            // 50 ppm fast.
            var device = (ulong)(1 + (second * Second) + (second * 50_000));
            var error = clock.Capture(device, Epoch + (second * Second)) - (Epoch + (second * Second));
            Assert.InRange(error, -4 * Ms, 4 * Ms);
        }
    }

    [Fact]
    public void Capture_CameraThatStartedAnew_IsMappedAnew()
    {
        var clock = new CaptureClock(isSynchronised: false);
        clock.Capture(1000 * Second, Epoch);
        Assert.Equal(Epoch + (10 * Second), clock.Capture(5, Epoch + (10 * Second)));
    }

    [Fact]
    public void Capture_SynchronisedCameraOrNoTime_TakesTheCamerasOrTheArrival()
    {
        var clock = new CaptureClock(isSynchronised: true);
        Assert.Equal(Epoch, clock.Capture(Epoch, Epoch + (3 * Ms)));
        Assert.Equal(3 * Ms, clock.LastDelayNanoseconds);
        Assert.Equal(Epoch, clock.Capture(0, Epoch));
    }
}
