using AnomalyLine.Camera.Configuration;

namespace AnomalyLine.Camera.Sending;

/// <summary>Frames that wait to be sent, and those that were sent and wait for their answer: together bounded in number and bytes. Any thread.</summary>
internal sealed class Outbox(BufferSettings bounds) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<Shot> _waiting = new();
    private readonly SortedDictionary<ulong, Shot> _sent = [];
    private readonly SemaphoreSlim _changed = new(0);
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytes;
    private bool _isComplete;

    /// <summary>Frames without an answer.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _waiting.Count + _sent.Count;
        }
    }

    /// <summary>Bytes of their pixels.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate) return _bytes;
        }
    }

    /// <summary>Whether no more frames come and all have their answer.</summary>
    public bool IsDone
    {
        get
        {
            lock (_gate) return _isComplete && _waiting.Count + _sent.Count == 0;
        }
    }

    /// <summary>Ends with the first frame, or once none comes.</summary>
    public Task First => _first.Task;

    /// <summary>Takes a frame in.</summary>
    /// <returns>How many were dropped for it, itself included: none of those was ever sent.</returns>
    public int Add(Shot shot)
    {
        var dropped = 0;
        lock (_gate)
        {
            while (IsFull(shot) && bounds.KeepsNewest && _waiting.TryDequeue(out var oldest))
            {
                _bytes -= oldest.Bytes;
                dropped++;
            }

            if (IsFull(shot)) return dropped + 1;
            _waiting.Enqueue(shot);
            _bytes += shot.Bytes;
        }

        _changed.Release();
        _first.TrySetResult();
        return dropped;
    }

    /// <summary>No more frames come.</summary>
    public void Complete()
    {
        lock (_gate) _isComplete = true;
        _changed.Release();
        _first.TrySetResult();
    }

    /// <summary>The next frame to send, which counts as sent from then on; null once no more come.</summary>
    public async Task<Shot?> NextAsync(CancellationToken cancel)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_waiting.TryDequeue(out var shot))
                {
                    _sent.Add(shot.Request.RequestId, shot);
                    return shot;
                }

                if (_isComplete) return null;
            }

            // One release a frame: those of frames that were dropped or taken without waiting only make for another look.
            await _changed.WaitAsync(cancel);
        }
    }

    /// <summary>Those that were sent and have no answer, in their order.</summary>
    public IReadOnlyList<Shot> Sent()
    {
        lock (_gate) return [.. _sent.Values];
    }

    /// <summary>An answer came, or the frame is given up.</summary>
    /// <returns>The frame; null where it was not sent or has its answer.</returns>
    public Shot? Take(ulong requestId)
    {
        lock (_gate)
        {
            if (!_sent.Remove(requestId, out var shot)) return null;
            _bytes -= shot.Bytes;
            return shot;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _changed.Dispose();

    private bool IsFull(Shot shot) => _waiting.Count + _sent.Count >= bounds.Frames || (_bytes + shot.Bytes > bounds.Bytes && _waiting.Count + _sent.Count > 0);
}
