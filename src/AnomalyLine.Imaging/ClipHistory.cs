using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace AnomalyLine.Imaging;

/// <summary>
/// The last frames of one camera's stream as a model takes them, in the order of their capture, for one that judges each frame together with those right before it. Which those are is told by the camera's own
/// numbers (<see cref="Frame.Number"/>); where it gives none, by the capture times. It holds as many frames as a clip has, and <see cref="Spare"/> more. One thread at a time.
/// </summary>
public sealed class ClipHistory
{
    /// <summary>Frames that are kept beyond a clip: so many that came late, or come again after a lost connection, still have those before them.</summary>
    public const int Spare = 8;

    /// <summary>Frames without numbers do not follow each other if more than so many of their usual intervals lie between: one that is lost makes it two.</summary>
    private const double MostIntervals = 1.75;

    /// <summary>Frames without numbers never follow each other if more time lies between, however rarely they come.</summary>
    private static readonly TimeSpan s_mostBetween = TimeSpan.FromSeconds(10);

    private readonly List<Entry> _frames = [];
    private string _beginning = "the stream begins there";
    private int _strays;

    /// <summary>Takes a frame in, and makes the clip that ends with it.</summary>
    /// <param name="frame">The frame, prepared to <see cref="InputSpec.ForOneFrame"/>; it belongs to the history from here on. If it was prepared to something else than those before, the clip begins anew with it.</param>
    /// <param name="source">Where it comes from: its number and its capture time.</param>
    /// <param name="input">What the model takes.</param>
    /// <param name="clip">The clip; the caller disposes it.</param>
    /// <param name="missing">Why there is none, for people.</param>
    public bool TryJoin(PreparedFrame frame, Frame source, InputSpec input, [NotNullWhen(true)] out PreparedFrame? clip, [NotNullWhen(false)] out string? missing)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(input);
        clip = null;
        var entry = new Entry(frame, source.Number, source.CaptureTime);
        if (_frames.Count > 0 && !entry.IsPreparedAs(_frames[^1])) Clear("frames were prepared in another way before");
        if (Place(entry, input) is not { } last)
        {
            missing = "It was captured before all frames that are kept for the clip, so it is judged no more; frames must come in the order of their capture.";
            return false;
        }

        var usual = UsualInterval();
        var first = last;
        string? gap = null;
        while (first > 0 && last - first + 1 < input.Frames && (gap = Gap(_frames[first - 1], _frames[first], usual)) is null) first--;
        if (last - first + 1 == input.Frames)
        {
            clip = PreparedFrame.Join(input, [.. _frames[first..(last + 1)].Select(one => one.Prepared)]);
            missing = null;
            return true;
        }

        missing = $"The model judges {input.Frames} frames together, and only {last - first + 1} follow each other up to this one: {gap ?? _beginning}.";
        return false;
    }

    /// <summary>Forgets all frames: the next one begins a clip.</summary>
    /// <param name="why">Why, as the end of a sentence that tells what lies before the first frame of the clip.</param>
    public void Clear(string why)
    {
        foreach (var entry in _frames) entry.Prepared.Dispose();
        _frames.Clear();
        (_beginning, _strays) = (why, 0);
    }

    /// <summary>Puts a frame where it belongs.</summary>
    /// <returns>Where that is; null for a frame that is too old.</returns>
    private int? Place(Entry entry, InputSpec input)
    {
        // A model of shorter clips keeps fewer: those go first, so that a late frame's place is counted among the ones that stay.
        var room = input.Frames + Spare;
        while (_frames.Count > room) DropOldest();
        var at = _frames.Count;
        while (at > 0 && entry.IsBefore(_frames[at - 1])) at--;
        var (before, after) = (at > 0 ? _frames[at - 1] : null, at < _frames.Count ? _frames[at] : null);
        if (before?.IsAsOldAs(entry) == true)
        {
            if (before.Time == entry.Time && before.Prepared.Values.SequenceEqual(entry.Prepared.Values))
            {
                // Sent again: it is judged as it was.
                entry.Prepared.Dispose();
                return at - 1;
            }

            Clear(entry.Number != 0 ? $"the camera has given number {Text(entry.Number)} to two frames" : "the camera has given one capture time to two frames");
        }
        else if (after is not null && entry.Number != 0 && entry.Time > _frames[^1].Time)
        {
            Clear($"the camera counts anew, from {Text(entry.Number)}");
        }
        else if (before is not null && after is not null && Gap(before, after, UsualInterval()) is null)
        {
            Clear("the camera's clock was set");
        }
        else if (before is null && _frames.Count >= room)
        {
            if (++_strays < input.Frames)
            {
                entry.Prepared.Dispose();
                return null;
            }

            Clear("the camera's clock was set back");
        }

        at = Math.Min(at, _frames.Count);
        if (at == _frames.Count) _strays = 0;
        _frames.Insert(at, entry);
        if (_frames.Count <= room) return at;
        DropOldest();
        return at - 1;
    }

    private void DropOldest()
    {
        _frames[0].Prepared.Dispose();
        _frames.RemoveAt(0);
        _beginning = "those before are not kept any more";
    }

    /// <summary>Why one frame does not follow the other; null if it does.</summary>
    private static string? Gap(Entry before, Entry after, TimeSpan usual)
    {
        if (before.Number != 0 && after.Number != 0) return after.Number == before.Number + 1 ? null : $"frame {Text(before.Number)} was followed by frame {Text(after.Number)}";
        var between = after.Time - before.Time;
        return between <= s_mostBetween && between <= usual * MostIntervals ? null
            : string.Create(CultureInfo.InvariantCulture, $"{between.TotalMilliseconds:0.#} ms passed before the first of them, where frames come every {usual.TotalMilliseconds:0.#} ms");
    }

    /// <summary>The median of the intervals between all frames that are kept.</summary>
    private TimeSpan UsualInterval()
    {
        if (_frames.Count < 2) return TimeSpan.Zero;
        var intervals = _frames.Skip(1).Zip(_frames, (after, before) => after.Time - before.Time).Order().ToArray();
        return intervals[(intervals.Length - 1) / 2];
    }

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record Entry(PreparedFrame Prepared, ulong Number, DateTimeOffset Time)
    {
        public bool IsBefore(Entry other) => Number != 0 && other.Number != 0 ? Number < other.Number : Time < other.Time;

        public bool IsAsOldAs(Entry other) => !IsBefore(other) && !other.IsBefore(this);

        public bool IsPreparedAs(Entry other) =>
            Prepared.Input == other.Prepared.Input && Prepared.Area == other.Prepared.Area
            && (Prepared.FrameWidth, Prepared.FrameHeight) == (other.Prepared.FrameWidth, other.Prepared.FrameHeight);
    }
}
