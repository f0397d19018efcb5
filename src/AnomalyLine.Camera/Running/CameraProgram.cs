using AnomalyLine.Camera.Configuration;
using AnomalyLine.Camera.Sending;
using AnomalyLine.Camera.Sources;
using AnomalyLine.Client;
using AnomalyLine.Contracts.V1;
using AnomalyLine.Imaging.Datasets;
using Grpc.Core;
using Grpc.Net.Client;

namespace AnomalyLine.Camera.Running;

/// <summary>The cameras of <c>cameras.json</c>: each with a source, a buffer and a stream of its own, so that none waits for another.</summary>
internal sealed class CameraProgram : IDisposable
{
    private readonly List<CameraRun> _runs;
    private readonly List<CameraLog> _logs;
    private readonly GrpcChannel _channel;

    /// <param name="file">The cameras.</param>
    /// <param name="server">Their server.</param>
    /// <param name="output">Where verdicts and messages go.</param>
    /// <param name="isQuiet">Whether verdicts are left out.</param>
    /// <param name="time">The clock.</param>
    public CameraProgram(CamerasFile file, ServerAddress server, Output output, bool isQuiet, TimeProvider time)
    {
        _channel = ServerChannel.Open(server);
        var client = new InspectionService.InspectionServiceClient(_channel);
        var link = new CameraService.CameraServiceClient(_channel);
        _logs = [.. file.Cameras.Select(camera => new CameraLog(output, camera.Name, isQuiet))];
        _runs = [.. file.Cameras.Zip(_logs, (camera, log) => new CameraRun(camera, client, link, server, log, patience: null, time))];
    }

    /// <summary>The cameras, in the order of the file.</summary>
    public IReadOnlyList<CameraRun> Runs => _runs;

    /// <summary>Runs until all sources have ended, or until it is cancelled. A camera that cannot go on is told; the others do.</summary>
    /// <returns>Whether none failed.</returns>
    public async Task<bool> RunAsync(CancellationToken cancel)
    {
        var done = await Task.WhenAll(_runs.Zip(_logs, (run, log) => RunAsync(run, log, cancel)));
        return done.All(isDone => isDone);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var run in _runs) run.Dispose();
        _channel.Dispose();
    }

    private static async Task<bool> RunAsync(CameraRun run, CameraLog log, CancellationToken cancel)
    {
        try
        {
            await run.RunAsync(cancel);
            foreach (var line in run.Tally.Lines()) log.Trouble(line);
            return true;
        }
        catch (Exception failure) when (failure is CommandException or DatasetException or SourceException or IOException or UnauthorizedAccessException)
        {
            log.Trouble($"ends: {failure.Message}");
            return false;
        }
        catch (RpcException failure)
        {
            log.Trouble($"ends: {RpcFailure.Describe(failure)}");
            return false;
        }
    }
}
