using AnomalyLine.Inspection;

namespace AnomalyLine.Server.Forwarding;

/// <summary>
/// Tells a receiver of all inspections, again and again until it has them. It follows the log from what the receiver has, so that an outage of
/// receiver, network or server leaves no gap; after one, inspections around it may come twice, which their sequences show.
/// </summary>
internal sealed class LogForwarder(IReceiver receiver, Line line, LogCursors cursors, ForwardingMetrics metrics, TimeProvider time)
{
    private const int MaxBatch = 200;
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);

    /// <summary>Inspections in the log that the receiver does not have yet.</summary>
    public long Pending => line.Stations.Sum(station => Math.Max(0, station.LastSequence - cursors.Sequences.GetValueOrDefault(station.Name)));

    /// <summary>Forwards until the server stops; throws nothing for what goes wrong on the way.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var watched = metrics.Watch(receiver.Name, () => Pending);
        string? told = null;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await using var delivery = await receiver.OpenAsync(stopping);
                await FollowAsync(delivery, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception failure)
            {
                metrics.Failed(receiver.Name);

                // Told once, until it is another one: a receiver may be away for days.
                var reason = failure.GetBaseException().Message;
                if (receiver.Backoff.IsFresh || told != reason) receiver.Failed(reason);
                told = reason;
            }
            finally
            {
                cursors.Save();
            }

            await Task.Delay(receiver.Backoff.Next(), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowAsync(IDelivery delivery, CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await using var records = Watch().GetAsyncEnumerator(end.Token);
        var batch = new List<InspectionRecord>();
        var next = records.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                if (!next.IsCompleted || batch.Count >= MaxBatch) await FlushAsync(delivery, batch, stopping);
                if (!next.IsCompleted) await IdleAsync(delivery, next, stopping);
                else if (!await next) break;
                else
                {
                    batch.Add(records.Current);
                    next = records.MoveNextAsync().AsTask();
                }
            }

            await FlushAsync(delivery, batch, stopping);
        }
        finally
        {
            // An enumerator is not disposed while it moves.
            await end.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested) await delivery.LeaveAsync();
        }
    }

    /// <summary>Waits for the next inspection, telling meanwhile what changes.</summary>
    private async Task IdleAsync(IDelivery delivery, Task next, CancellationToken stopping)
    {
        await Task.WhenAny(next, Task.Delay(s_tick, time, stopping));
        stopping.ThrowIfCancellationRequested();
        cursors.Save();
        await delivery.IdleAsync(stopping);
    }

    private async Task FlushAsync(IDelivery delivery, List<InspectionRecord> batch, CancellationToken stopping)
    {
        if (batch.Count == 0) return;
        await delivery.DeliverAsync(batch, Taken, stopping);
        batch.Clear();

        void Taken(InspectionRecord record)
        {
            cursors.Advance(record.Station, record.Sequence);
            metrics.Taken(receiver.Name);
        }
    }

    /// <summary>From what the receiver has; a station whose log is shorter than that is followed anew.</summary>
    private IAsyncEnumerable<InspectionRecord> Watch()
    {
        var last = line.Stations.ToDictionary(station => station.Name, station => station.LastSequence, StringComparer.Ordinal);
        foreach (var (station, sequence) in cursors.Sequences.ToList())
        {
            if (!last.TryGetValue(station, out var newest) || newest < sequence) cursors.Forget(station);
        }

        var request = new WatchRequest
        {
            Cursors = cursors.Sequences.ToDictionary(StringComparer.Ordinal),
            Tail = WatchRequest.MaxTail,
        };
        var watched = line.Feed.Watch(request);
        return watched.TryGet(out var records, out var error) ? records : throw new IOException(error.Message);
    }
}
