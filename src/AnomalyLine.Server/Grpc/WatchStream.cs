using AnomalyLine.Inspection;
using AnomalyLine.Management.Drift;
using AnomalyLine.Server.Hosting;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>One watcher: the line's status at once and every 500 ms, and each inspection.</summary>
internal sealed class WatchStream(Line line, DriftWatch drift, Heartbeat heartbeat, TimeProvider time, IServerStreamWriter<Wire.WatchInspectionsResponse> events) : IDisposable
{
    private static readonly TimeSpan s_statusPeriod = TimeSpan.FromMilliseconds(500);
    private readonly SemaphoreSlim _writing = new(1);

    /// <summary>Runs until the caller leaves (no error) or the server stops (UNAVAILABLE).</summary>
    /// <exception cref="RpcException">DATA_LOSS where the watcher fell too far behind; NOT_FOUND, OUT_OF_RANGE, INVALID_ARGUMENT for the request.</exception>
    public async Task RunAsync(WatchRequest request, CancellationToken call, CancellationToken stopping)
    {
        var inspections = line.Feed.Watch(request).OrThrow();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(call, stopping);
        var statuses = WriteStatusesAsync(request.Stations.ToHashSet(StringComparer.Ordinal), end);
        try
        {
            await foreach (var record in inspections.WithCancellation(end.Token))
                await WriteAsync(new Wire.WatchInspectionsResponse { Inspection = record.ToWire() }, end.Token);
        }
        catch (SubscriberTooSlowException slow)
        {
            throw LineErrors.Failure(StatusCode.DataLoss, "watcher-too-slow", slow.Message);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Told below.
        }
        finally
        {
            await end.CancelAsync();
            await statuses.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // A watcher that may no longer watch is told with the next status, also where nothing is inspected.
        if (statuses.Exception?.InnerException is RpcException refused) throw refused;

        if (!call.IsCancellationRequested) throw LineErrors.Failure(StatusCode.Unavailable, "stopping", "The server is stopping; watch again from the last sequences seen.");
    }

    public void Dispose() => _writing.Dispose();

    private async Task WriteStatusesAsync(HashSet<string> wanted, CancellationTokenSource end)
    {
        using var timer = new PeriodicTimer(s_statusPeriod, time);
        try
        {
            do
            {
                var status = new Wire.LineStatus { Heartbeat = heartbeat.Next(), Time = time.GetUtcNow().ToTimestamp(), LogDamage = FilePaths.WithoutFolders(line.LogDamage) };
                status.Stations.AddRange(line.Stations.Where(station => wanted.Count == 0 || wanted.Contains(station.Name)).Select(station => station.ToWire(drift)));
                await WriteAsync(new Wire.WatchInspectionsResponse { Status = status }, end.Token);
            }
            while (await timer.WaitForNextTickAsync(end.Token));
        }
        catch (RpcException)
        {
            await end.CancelAsync();
            throw;
        }
    }

    private async Task WriteAsync(Wire.WatchInspectionsResponse item, CancellationToken end)
    {
        await _writing.WaitAsync(end);
        try
        {
            await events.WriteAsync(item, end);
        }
        finally
        {
            _writing.Release();
        }
    }
}
