using System.Collections.Concurrent;
using AnomalyLine.Contracts.V1;
using Grpc.Core;

namespace AnomalyLine.Cli.Tests;

/// <summary>Takes what cameras say of themselves, and asks one that is open for as many frames as it is told to; station "S" has the camera "top".</summary>
internal sealed class FakeCameras : CameraService.CameraServiceBase
{
    private int _asked;

    /// <summary>Triggers for a camera that attaches itself.</summary>
    public int Triggers { get; init; }

    public ConcurrentQueue<AttachCameraRequest> Said { get; } = new();

    public override async Task AttachCamera(IAsyncStreamReader<AttachCameraRequest> requestStream, IServerStreamWriter<AttachCameraResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            Said.Enqueue(request);
            if (request.Status is not { Fault: "" }) continue;
            while (_asked < Triggers) await responseStream.WriteAsync(new AttachCameraResponse { TriggerId = (ulong)++_asked }, context.CancellationToken);
        }
    }

    public override Task<TriggerCameraResponse> TriggerCamera(TriggerCameraRequest request, ServerCallContext context) => request.Station == "S"
        ? Task.FromResult(new TriggerCameraResponse { Camera = request.Camera.Length > 0 ? request.Camera : "top" })
        : throw new RpcException(new Status(StatusCode.FailedPrecondition, "No camera is attached."), new Metadata { { "error-code", "camera-not-attached" } });
}
