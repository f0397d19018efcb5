using AnomalyLine.Inspection;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Cameras;
using AnomalyLine.Server.Hosting;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>The cameras of camera programs, and their triggers. Frames come by <see cref="FrameService"/>.</summary>
internal sealed class CameraService(LineHost host, AttachedCameras cameras, TimeProvider time, IHostApplicationLifetime lifetime) : Wire.CameraService.CameraServiceBase
{
    public override async Task AttachCamera(IAsyncStreamReader<Wire.AttachCameraRequest> requestStream, IServerStreamWriter<Wire.AttachCameraResponse> responseStream, ServerCallContext context)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        AttachedCamera? camera = null;
        var asking = Task.CompletedTask;
        try
        {
            while (await requestStream.MoveNext(ended.Token))
            {
                var request = requestStream.Current;
                if (request.Result is { } result && camera is not null)
                {
                    camera.Answer(result.TriggerId, result.Refusal.Length > 0 ? CameraWire.Clip(result.Refusal, CameraWire.MostFault) : null);
                    continue;
                }

                var report = CameraWire.Read(request.Status, time.GetUtcNow());
                if (camera is null)
                {
                    Check(report, Visit.Of(context.GetHttpContext()).Who);
                    camera = cameras.Attach(report) ?? throw LineErrors.Failure(StatusCode.ResourceExhausted, "too-many-cameras", $"{AttachedCameras.Most} cameras are attached; end some of them.");
                    asking = AskAsync(camera, responseStream, ended.Token);
                }
                else if (report.Station == camera.Report.Station && report.Name == camera.Report.Name)
                {
                    camera.Update(report);
                }
                else
                {
                    throw LineErrors.InvalidArgument("status", $"is of '{report.Name}' of station '{report.Station}', but this stream is for '{camera.Report.Name}' of station '{camera.Report.Station}'; open a stream for each camera.");
                }
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // Told below, or the program is gone.
        }
        catch (IOException) when (context.CancellationToken.IsCancellationRequested)
        {
            // The program is gone.
        }
        finally
        {
            camera?.Leave();
            await ended.CancelAsync();
            await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (lifetime.ApplicationStopping.IsCancellationRequested) throw LineErrors.Failure(StatusCode.Unavailable, "stopping", "The server is stopping; connect again.");
    }

    public override Task<Wire.ListCamerasResponse> ListCameras(Wire.ListCamerasRequest request, ServerCallContext context) =>
        Task.FromResult(new Wire.ListCamerasResponse { Cameras = { cameras.All.Select(camera => camera.ToWire(time.GetUtcNow())) } });

    public override async Task<Wire.TriggerCameraResponse> TriggerCamera(Wire.TriggerCameraRequest request, ServerCallContext context)
    {
        var station = host.Line.GetStation(request.Station).OrThrow();
        var camera = (await cameras.TriggerAsync(station.Name, request.Camera, context.CancellationToken)).OrThrow();
        return new Wire.TriggerCameraResponse { Camera = camera.Report.Name };
    }

    /// <summary>A key for some stations is for their cameras alone.</summary>
    private static void Check(CameraReport report, Identity? who)
    {
        if (who is null || who.Stations.Count == 0 || who.Stations.Contains(report.Station)) return;
        throw new LineError(LineErrorCode.RoleMissing, $"{who.Words} may be the camera of {string.Join(", ", who.Stations)} only, not of '{report.Station}'.").ToRpcException();
    }

    private static async Task AskAsync(AttachedCamera camera, IServerStreamWriter<Wire.AttachCameraResponse> responses, CancellationToken cancel)
    {
        await foreach (var trigger in camera.Asked(cancel)) await responses.WriteAsync(new Wire.AttachCameraResponse { TriggerId = trigger }, cancel);
    }
}
