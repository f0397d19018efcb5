namespace AnomalyLine.Server.Memory;

/// <summary>Bytes of one caller's frames that are in work, over all of its streams; beyond its share its streams are not read further, so that it cannot take what others need. Any thread.</summary>
/// <param name="most">Bytes, at least one frame's.</param>
internal sealed class CallerShare(long most)
{
    private readonly Lock _gate = new();
    private long _held;
    private TaskCompletionSource? _room;

    /// <summary>Whether it has nothing in work.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate) return _held == 0;
        }
    }

    /// <summary>Whether so many bytes more would be beyond the share.</summary>
    public bool IsBeyond(long bytes)
    {
        lock (_gate) return _held + bytes > most;
    }

    /// <summary>Notes bytes that were read; one frame may go beyond the share.</summary>
    public void Enter(long bytes)
    {
        lock (_gate) _held += bytes;
    }

    /// <summary>Notes that they are no longer in work.</summary>
    public void Exit(long bytes)
    {
        TaskCompletionSource? room = null;
        lock (_gate)
        {
            _held -= bytes;
            if (_held < most) (room, _room) = (_room, null);
        }

        room?.SetResult();
    }

    /// <summary>Done when there is room within the share.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (_held < most) return;
                room = (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await room.WaitAsync(cancellation);
        }
    }
}
