using AnomalyLine.Imaging;

namespace AnomalyLine.Vision.Tests.Data;

/// <summary>Frames of a single grey each, whose grey is their place in the stream; clips of three.</summary>
public sealed class ClipHistoryTests
{
    private const int Interval = 40;
    private static readonly InputSpec s_input = new(4, 4, 1, 3);
    private readonly ClipHistory _history = new();

    [Fact]
    public void TryJoin_NumberedFrames_GivesEachThoseRightBeforeItOldestFirst()
    {
        Assert.Contains("only 1 follow each other up to this one: the stream begins there", Missing(1, number: 11), StringComparison.Ordinal);
        Assert.Contains("only 2 follow", Missing(2, number: 12), StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], Join(3, number: 13));
        Assert.Equal([2, 3, 4], Join(4, number: 14, milliseconds: 60_000));
    }

    [Fact]
    public void TryJoin_NumberMissing_BeginsAnew()
    {
        Fill(1, 4);
        Assert.Contains("only 1 follow each other up to this one: frame 4 was followed by frame 6", Missing(6, number: 6), StringComparison.Ordinal);
        Assert.Contains("only 2 follow each other up to this one: frame 4 was followed by frame 6", Missing(7, number: 7), StringComparison.Ordinal);
        Assert.Equal([6, 7, 8], Join(8, number: 8));
    }

    [Fact]
    public void TryJoin_FrameSentAgain_IsJudgedAsItWasAndTakesNoPlace()
    {
        Fill(1, 6);
        Assert.Equal([3, 4, 5], Join(5, number: 5));
        Assert.Equal([4, 5, 6], Join(6, number: 6));
        Assert.Equal([5, 6, 7], Join(7, number: 7));
    }

    [Fact]
    public void TryJoin_FramesInWrongOrder_AreJudgedWithThoseThatWereCapturedBefore()
    {
        Fill(1, 4);
        Missing(6, number: 6);
        Assert.Equal([3, 4, 5], Join(5, number: 5));
        Assert.Equal([5, 6, 7], Join(7, number: 7));
    }

    [Fact]
    public void TryJoin_LateFrameAfterAModelOfShorterClips_IsTooOldOrHasItsPlace()
    {
        var (long16, short2) = (new InputSpec(4, 4, 1, 16), new InputSpec(4, 4, 1, 2));
        for (var number = 1; number <= 26; number++)
            if (number is not (5 or 24)) _ = TryJoin(number, (ulong)number, number * Interval, long16, out _, out _);

        Assert.Contains("captured before all frames that are kept", Missing(5, number: 5, input: short2), StringComparison.Ordinal);
        Assert.Equal([23, 24], Join(24, number: 24, input: short2));
        Assert.Equal([26, 27], Join(27, number: 27, input: short2));
    }

    [Fact]
    public void TryJoin_NumberOfTwoFrames_BeginsAnew()
    {
        Fill(1, 4);
        Assert.Contains("number 4 to two frames", Missing(9, number: 4), StringComparison.Ordinal);
    }

    [Fact]
    public void TryJoin_CameraCountsAnew_BeginsAnew()
    {
        Fill(11, 14);
        Assert.Contains("counts anew, from 1", Missing(15, number: 1), StringComparison.Ordinal);
        Missing(16, number: 2);
        Assert.Equal([15, 16, 17], Join(17, number: 3));
    }

    [Fact]
    public void TryJoin_OlderThanAllThatAreKept_IsLeftOutUntilTheyAreManyInARow()
    {
        Fill(1, 3 + ClipHistory.Spare, by: 0);
        Assert.Contains("captured before all frames that are kept", Missing(50, milliseconds: -3000), StringComparison.Ordinal);
        Assert.Equal([10, 11, 12], Join(12));
        Missing(51, milliseconds: -2960);
        Missing(52, milliseconds: -2920);
        Assert.Contains("clock was set back", Missing(53, milliseconds: -2880), StringComparison.Ordinal);
        Missing(54, milliseconds: -2840);
        Assert.Equal([53, 54, 55], Join(55, milliseconds: -2800));
    }

    [Fact]
    public void TryJoin_WithoutNumbers_OneLostFrameIsAGapAndJitterIsNone()
    {
        Fill(1, 6, by: 0);
        Assert.Equal([5, 6, 7], Join(7, milliseconds: (7 * Interval) + 12));
        Assert.Equal([6, 7, 8], Join(8, milliseconds: (8 * Interval) - 10));
        Assert.Equal([7, 8, 9], Join(9));
        Assert.Contains("only 1 follow each other up to this one: 80 ms passed before the first of them, where frames come every 40 ms", Missing(11), StringComparison.Ordinal);
        Missing(12);
        Assert.Equal([11, 12, 13], Join(13));
    }

    [Fact]
    public void TryJoin_WithoutNumbersAndOneLostAtTheBeginning_WaitsUntilTheIntervalIsKnown()
    {
        Missing(1);
        Missing(3);
        Assert.Contains("80 ms passed before the first of them, where frames come every 40 ms", Missing(4), StringComparison.Ordinal);
        Assert.Equal([3, 4, 5], Join(5));
    }

    [Fact]
    public void TryJoin_WithoutNumbersOneEveryMinute_NeverFollow()
    {
        for (var i = 1; i < 6; i++) Assert.Contains("only 1 follow", Missing(i, milliseconds: i * 60_000), StringComparison.Ordinal);
    }

    [Fact]
    public void TryJoin_OneCaptureTimeForAll_IsNeverAClip()
    {
        Missing(1, milliseconds: 0);
        for (var i = 2; i < 8; i++) Assert.Contains("one capture time to two frames", Missing(i, milliseconds: 0), StringComparison.Ordinal);
    }

    [Fact]
    public void TryJoin_ClockSetBackAmongFramesThatFollowEachOther_BeginsAnew()
    {
        Fill(1, 8, by: 0);
        Assert.Contains("clock was set", Missing(9, milliseconds: (5 * Interval) + 10), StringComparison.Ordinal);
    }

    [Fact]
    public void TryJoin_AnotherInput_BeginsAnewAndALongerClipGoesOn()
    {
        Fill(1, 4);
        Assert.Contains("only 5 follow", Missing(5, number: 5, input: s_input with { Frames = 6 }), StringComparison.Ordinal);
        Assert.Equal([1, 2, 3, 4, 5, 6], Join(6, number: 6, input: s_input with { Frames = 6 }));
        Assert.Contains("prepared in another way", Missing(7, number: 7, input: s_input with { Width = 8 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Clear_WithWords_SaysThem()
    {
        Fill(1, 4);
        _history.Clear("the frame before was lost");
        Assert.Contains("only 1 follow each other up to this one: the frame before was lost.", Missing(5, number: 5), StringComparison.Ordinal);
    }

    [Fact]
    public void Join_OtherNumberOfFrames_IsABug()
    {
        using var one = Prepare(Source(1, 1, 0), s_input);
        Assert.Throws<ArgumentException>(() => PreparedFrame.Join(s_input, [one]));
    }

    /// <summary>Frames one after the other, numbered by their grey; by 0 without numbers.</summary>
    private void Fill(int first, int last, int by = 1)
    {
        for (var i = first; i <= last; i++)
            if (TryJoin(i, (ulong)(i * by), i * Interval, s_input, out var clip, out _)) clip!.Dispose();
    }

    private string Missing(int grey, ulong number = 0, int? milliseconds = null, InputSpec? input = null)
    {
        Assert.False(TryJoin(grey, number, milliseconds ?? grey * Interval, input ?? s_input, out _, out var missing));
        return missing!;
    }

    private int[] Join(int grey, ulong number = 0, int? milliseconds = null, InputSpec? input = null)
    {
        Assert.True(TryJoin(grey, number, milliseconds ?? grey * Interval, input ?? s_input, out var clip, out var missing), missing);
        using (clip) return [.. clip!.Values.ToArray().Chunk(16).Select(frame => (int)MathF.Round(frame.Distinct().Single() * 255))];
    }

    private bool TryJoin(int grey, ulong number, int milliseconds, InputSpec input, out PreparedFrame? clip, out string? missing)
    {
        var source = Source(grey, number, milliseconds);
        return _history.TryJoin(Prepare(source, input), source, input, out clip, out missing);
    }

    private static PreparedFrame Prepare(Frame source, InputSpec input)
    {
        Assert.True(FramePreparer.TryPrepare(source, input.ForOneFrame(), null, out var prepared, out var error), error);
        return prepared;
    }

    private static Frame Source(int grey, ulong number, int milliseconds)
    {
        var pixels = new byte[16];
        pixels.AsSpan().Fill((byte)grey);
        Assert.True(Frame.TryCreate(PixelFormat.Mono8, 4, 4, 0, pixels, DateTimeOffset.UnixEpoch.AddMilliseconds(milliseconds), out var frame, out var error, number: number), error);
        return frame;
    }
}
