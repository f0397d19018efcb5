using System.Runtime.ExceptionServices;

namespace AnomalyLine.Inference.Threading;

/// <summary>
/// A fixed team of threads for loops whose pieces do not depend on each other, such as the frames of a batch; the caller takes part. Between loops they sleep. Unlike those of the thread
/// pool they have the priority of the thread that made the team. One caller at a time.
/// </summary>
internal sealed class ThreadTeam : IDisposable
{
    private readonly Thread[] _helpers;
    private readonly SemaphoreSlim _begin = new(0);
    private readonly CountdownEvent _end = new(0);
    private Action<int> _work = static _ => { };
    private ExceptionDispatchInfo? _failure;
    private int _pieces;
    private int _next;
    private bool _isSharing;
    private bool _isOver;

    /// <param name="threads">The caller's included, at least 1.</param>
    public ThreadTeam(int threads)
    {
        _helpers = [.. Enumerable.Range(1, threads - 1).Select(i => new Thread(Help) { IsBackground = true, Name = $"AnomalyLine team {i}" })];
        foreach (var helper in _helpers) helper.Start();
    }

    /// <summary>The calling thread alone. Any thread at any time.</summary>
    public static ThreadTeam Alone { get; } = new(1);

    /// <summary>Threads, the caller's included.</summary>
    public int Size => _helpers.Length + 1;

    /// <summary>
    /// Does each piece once; whichever thread is free takes the next one. Called within a piece, it does all on the thread of that piece. After the first failure no further pieces are begun,
    /// and it is thrown.
    /// </summary>
    /// <param name="pieces">How many there are.</param>
    /// <param name="work">Does the one with a number, from 0.</param>
    public void ForEach(int pieces, Action<int> work)
    {
        if (_helpers.Length > 0 && pieces > 1 && !_isSharing) Share(pieces, work);
        else for (var piece = 0; piece < pieces; piece++) work(piece);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isOver = true;
        if (_helpers.Length > 0) _begin.Release(_helpers.Length);
        foreach (var helper in _helpers) helper.Join();
        _begin.Dispose();
        _end.Dispose();
    }

    private void Share(int pieces, Action<int> work)
    {
        var helpers = Math.Min(pieces - 1, _helpers.Length);
        (_work, _pieces, _next, _failure) = (work, pieces, 0, null);
        _end.Reset(helpers);
        _isSharing = true;
        _begin.Release(helpers);
        Work();
        _end.Wait();
        _isSharing = false;
        _failure?.Throw();
    }

    private void Help()
    {
        while (true)
        {
            _begin.Wait();
            if (_isOver) return;
            Work();
            _end.Signal();
        }
    }

    private void Work()
    {
        try
        {
            for (var piece = Interlocked.Increment(ref _next) - 1; piece < _pieces; piece = Interlocked.Increment(ref _next) - 1) _work(piece);
        }
        catch (Exception e)
        {
            // Thrown again on the caller's thread, when all have ended.
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
            Interlocked.Exchange(ref _next, _pieces);
        }
    }
}
