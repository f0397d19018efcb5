using AnomalyLine.Detection;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Inspection.Batching;

/// <summary>
/// The loaded models by version; stations that name the same version share one. A model is unloaded, when its last accepted frame is done, once no
/// station names it and nobody has a lease on it. Any thread.
/// </summary>
/// <param name="load">Loads the model of a version; on the thread that will own it.</param>
/// <param name="named">The versions that stations name now.</param>
/// <param name="options">How the line runs.</param>
/// <param name="time">Clock.</param>
/// <param name="metrics">Counts.</param>
/// <param name="logger">Gets what happens to models.</param>
internal sealed class ModelPool(
    Func<string, IDetector> load, Func<IReadOnlySet<string>> named, LineOptions options, TimeProvider time, LineMetrics metrics, ILogger logger)
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ModelWorker> _workers = new(StringComparer.Ordinal);
    private readonly Dictionary<ModelWorker, int> _leases = [];
    private readonly List<ModelWorker> _retired = [];
    private bool _stopped;

    /// <summary>The models with their queues' lengths.</summary>
    public IEnumerable<(string ModelVersion, int Length)> QueueLengths
    {
        get
        {
            lock (_gate) return [.. _workers.Values.Select(worker => (worker.Version, worker.QueueLength))];
        }
    }

    /// <summary>
    /// The loaded and warm model, or why there is none. A caller who is cancelled leaves the load to others who wait for it; where nobody does, the
    /// model is unloaded.
    /// </summary>
    public async Task<Outcome<ModelLease>> LeaseAsync(string version, CancellationToken cancellation)
    {
        ModelWorker? worker;
        lock (_gate)
        {
            if (_stopped) return LineErrors.Stopping();
            if (!_workers.TryGetValue(version, out worker))
            {
                worker = new ModelWorker(version, load, options, time, metrics, logger);
                _workers.Add(version, worker);
            }

            _leases[worker] = _leases.GetValueOrDefault(worker) + 1;
        }

        var lease = new ModelLease(worker, Release);
        try
        {
            if (await worker.Loaded.WaitAsync(cancellation) is not { } error) return lease;
            lock (_gate)
            {
                if (_workers.TryGetValue(version, out var current) && current == worker) _workers.Remove(version);
            }

            lease.Dispose();
            return error;
        }
        catch (OperationCanceledException)
        {
            lease.Dispose();
            throw;
        }
    }

    /// <summary>Unloads what nobody needs any more.</summary>
    public void Sweep()
    {
        lock (_gate)
        {
            // Read inside the gate: whoever makes a station name a model has a lease on it until the station does.
            var needed = named();
            _retired.RemoveAll(static worker => worker.Ended.IsCompleted);
            foreach (var worker in _workers.Values.Where(worker => !needed.Contains(worker.Version) && !_leases.ContainsKey(worker)).ToArray())
            {
                _workers.Remove(worker.Version);
                _retired.Add(worker);
                worker.Retire();
            }
        }
    }

    /// <summary>Unloads all models and waits for it; a model that hangs is left behind after 10 s.</summary>
    public async Task StopAsync()
    {
        ModelWorker[] workers;
        lock (_gate)
        {
            _stopped = true;
            workers = [.. _workers.Values, .. _retired];
            _workers.Clear();
        }

        foreach (var worker in workers) worker.Retire();
        foreach (var worker in workers)
        {
            try
            {
                await worker.Ended.WaitAsync(StopTimeout, time);
            }
            catch (TimeoutException)
            {
                LineEvents.ModelHangs(logger, worker.Version, StopTimeout.TotalSeconds);
            }
        }
    }

    private void Release(ModelWorker worker)
    {
        lock (_gate)
        {
            if (--_leases[worker] == 0) _leases.Remove(worker);
        }

        Sweep();
    }
}
