using AnomalyLine.Imaging;

namespace AnomalyLine.Inspection.Batching;

/// <summary>
/// Brings the frames of a station, which several threads prepare at once, back into the order in which they came, and hands them on one at a time with the history that their clips are made of. A frame that is
/// prepared waits for those that came before it, in its place in the model's queue: as many as a lane has at most. It belongs to the station, not to a model, so that clips outlive a change of models. Any thread.
/// </summary>
internal sealed class ClipOrder
{
    private readonly Lock _gate = new();
    private readonly Queue<(ClipPlace? Place, string Why)> _places = new();
    private readonly ClipHistory _history = new();
    private bool _endsInBreak = true;
    private bool _isHanding;

    /// <summary>The next place; <see cref="Fill"/> ends it.</summary>
    public ClipPlace Enter(PendingInspection pending, ModelWorker worker)
    {
        var place = new ClipPlace(pending, worker);
        lock (_gate)
        {
            _places.Enqueue((place, ""));
            _endsInBreak = false;
        }

        return place;
    }

    /// <summary>A frame of the station is in no clip: the next one begins anew.</summary>
    /// <param name="why">Why it is not, as the end of a sentence.</param>
    public void Break(string why)
    {
        lock (_gate)
        {
            if (_endsInBreak) return;
            _endsInBreak = true;
            if (_isHanding || _places.Count > 0) _places.Enqueue((null, why));
            else _history.Clear(why);
        }
    }

    /// <summary>The frame is prepared, or cannot be; hands it on where all before it are, and what waited for it.</summary>
    /// <param name="place">Its place.</param>
    /// <param name="prepared">The frame as the model takes one of a clip; null where it could not be prepared.</param>
    /// <param name="hand">Takes on each frame that is prepared; in order, one at a time. Throws nothing. The same for all frames.</param>
    public void Fill(ClipPlace place, PreparedFrame? prepared, Action<ClipPlace, ClipHistory> hand)
    {
        lock (_gate)
        {
            (place.Prepared, place.IsOver) = (prepared, true);
            if (_isHanding) return;
            _isHanding = true;
        }

        HandOver(hand);
    }

    /// <summary>By one thread at a time, outside the lock: the others go on preparing.</summary>
    private void HandOver(Action<ClipPlace, ClipHistory> hand)
    {
        while (true)
        {
            (ClipPlace? Place, string Why) next;
            lock (_gate)
            {
                if (!_places.TryPeek(out next) || next.Place is { IsOver: false })
                {
                    _isHanding = false;
                    return;
                }

                _places.Dequeue();
            }

            if (next.Place is null) _history.Clear(next.Why);
            else if (next.Place.Prepared is null) _history.Clear("the frame before could not be read");
            else hand(next.Place, _history);
        }
    }
}
