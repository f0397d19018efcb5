namespace AnomalyLine.Camera.GenICam;

/// <summary>
/// Which frames of a camera never came, by the gaps in their numbers. GigE Vision counts in 16 bits (1..65535, 0 is for no frame, though some cameras use it) or in 64, USB3 Vision in 64.
/// </summary>
internal sealed class FrameNumbers
{
    /// <summary>A step back by more than this is the counter starting over; by less, a frame that was overtaken by the next one.</summary>
    private const ulong MostOvertaken = 16;

    private const ulong Largest16Bit = ushort.MaxValue;
    private ulong? _last;

    /// <summary>A frame came, complete or not.</summary>
    /// <returns>How many between it and the one before never came; -1 where it is one that was counted as lost and came after all.</returns>
    public long Next(ulong number)
    {
        if (_last is not { } last)
        {
            _last = number;
            return 0;
        }

        if (number > last)
        {
            // Just after the counter wrapped, a frame from before it.
            if (last <= MostOvertaken && number <= Largest16Bit && number > Largest16Bit - MostOvertaken) return -1;
            _last = number;
            return (long)(number - last - 1);
        }

        if (number == last) return 0;
        if (last - number <= MostOvertaken) return -1;
        var steps = last > Largest16Bit ? ulong.MaxValue : number + (Largest16Bit - last) + (number == 0 ? 1UL : 0UL);
        _last = number;

        // Less than half of the numbers: it wrapped. Otherwise the camera has started to count anew, and nobody knows what is missing.
        return steps <= Largest16Bit / 2 ? (long)steps - 1 : 0;
    }
}
