using AnomalyLine.Vision.Models;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Inspection.Batching;

/// <summary>The loaded models by version; stations that name the same version share one.</summary>
internal sealed class ModelPool(Func<string, IDetector> load, LineOptions options, TimeProvider time, LineMetrics metrics, ILogger logger)
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ModelWorker> _workers = new(StringComparer.Ordinal);
    private readonly List<ModelWorker> _retired = [];

    /// <summary>The models with their queues' lengths.</summary>
    public IEnumerable<(string ModelVersion, int Length)> QueueLengths
    {
        get
        {
            lock (_gate) return [.. _workers.Values.Select(worker => (worker.Version, worker.QueueLength))];
        }
    }

    /// <summary>The loaded and warm model, or why there is none.</summary>
    public async Task<Outcome<ModelWorker>> GetAsync(string version, CancellationToken cancellation)
    {
        ModelWorker? worker;
        lock (_gate)
        {
            if (!_workers.TryGetValue(version, out worker))
            {
                worker = new ModelWorker(version, load, options, time, metrics, logger);
                _workers.Add(version, worker);
            }
        }

        if (await worker.Loaded.WaitAsync(cancellation) is not { } error) return worker;
        lock (_gate)
        {
            if (_workers.TryGetValue(version, out var current) && current == worker) _workers.Remove(version);
        }

        return error;
    }

    /// <summary>Unloads all other models, each when its last accepted frame is done.</summary>
    public void RetainOnly(IReadOnlySet<string> versions)
    {
        lock (_gate)
        {
            _retired.RemoveAll(static worker => worker.Ended.IsCompleted);
            foreach (var worker in _workers.Values.Where(worker => !versions.Contains(worker.Version)).ToArray())
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
}
