namespace AnomalyLine.Inspection.Batching;

/// <summary>A loaded model that stays loaded until this is disposed, or for as long as a station names it, whichever is longer.</summary>
/// <param name="worker">The model.</param>
/// <param name="release">Ends the lease.</param>
internal sealed class ModelLease(ModelWorker worker, Action<ModelWorker> release) : IDisposable
{
    public ModelWorker Worker { get; } = worker;

    public void Dispose() => release(Worker);
}
