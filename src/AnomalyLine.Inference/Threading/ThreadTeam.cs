using System.Runtime.ExceptionServices;

namespace AnomalyLine.Inference.Threading;

/// <summary>
/// Threads that share out pieces of work which do not depend on each other, such as the frames of a batch; the thread that leads them does its part. They sleep in between, and have the priority of the
/// thread that makes the crew, which threads of a pool would not. One leader at a time.
/// </summary>
internal sealed class ThreadTeam : IDisposable
{
    [ThreadStatic]
    private static ThreadTeam? t_led;

    private readonly Thread[] _helpers;
    private readonly SemaphoreSlim _begin = new(0);
    private readonly CountdownEvent _end = new(0);
    private Action<int> _work = static _ => { };
    private ExceptionDispatchInfo? _failure;
    private int _pieces;
    private int _next;
    private bool _isOver;

    /// <param name="threads">The leader's included, at least 1.</param>
    public ThreadTeam(int threads)
    {
        _helpers = [.. Enumerable.Range(1, threads - 1).Select(i => new Thread(Help) { IsBackground = true, Name = $"AnomalyLine crew {i}" })];
        foreach (var helper in _helpers) helper.Start();
    }

    /// <summary>Threads of the crew that the calling thread leads, its own included; 1 where it leads none.</summary>
    public static int Led => t_led is { } crew ? crew._helpers.Length + 1 : 1;

    /// <summary>Has the calling thread lead a crew, or none, until the result is disposed.</summary>
    public static Leading Lead(ThreadTeam? crew) => new(crew);

    /// <summary>
    /// Does each piece once, by the crew that the calling thread leads, whichever of its threads is free taking the next one; one after another where it leads none, and within a piece. After the first
    /// failure no further ones are begun, and it is thrown.
    /// </summary>
    /// <param name="pieces">How many there are.</param>
    /// <param name="work">Does the one with a number, from 0.</param>
    public static void Share(int pieces, Action<int> work)
    {
        if (t_led is { } crew && pieces > 1) crew.Run(pieces, work);
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

    private void Run(int pieces, Action<int> work)
    {
        var helpers = Math.Min(pieces - 1, _helpers.Length);
        (_work, _pieces, _next, _failure) = (work, pieces, 0, null);
        _end.Reset(helpers);
        if (helpers > 0) _begin.Release(helpers);
        t_led = null;
        Work();
        t_led = this;
        _end.Wait();
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
            // Thrown again by the leader, when all have ended.
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
            Interlocked.Exchange(ref _next, _pieces);
        }
    }

    /// <summary>While it lasts, a thread leads a crew; then what it led before.</summary>
    public readonly ref struct Leading
    {
        private readonly ThreadTeam? _before;

        internal Leading(ThreadTeam? crew) => (_before, t_led) = (t_led, crew);

        /// <summary>Ends it, on the same thread.</summary>
        public void Dispose() => t_led = _before;
    }
}
