using AnomalyLine.Server.Access;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.Memory;
using AnomalyLine.Server.Observability;
using AnomalyLine.Server.Options;
using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>The call of <see cref="Wire.InspectionService"/> that takes frames, with a reader of its own: <see cref="FrameRequest"/>.</summary>
internal sealed class FrameService(LineHost host, AnomalyLineOptions options, ConnectedCameras cameras, ServerMetrics metrics, MemoryBudget memory, ProcessPulse pulse, TimeProvider time,
    IHostApplicationLifetime lifetime, ILogger<FrameService> logger)
{
    private async Task InspectAsync(IAsyncStreamReader<FrameRequest> requests, IServerStreamWriter<Wire.InspectResponse> answers, ServerCallContext context)
    {
        using var stream = new CameraStream(
            host.Line, cameras, metrics, memory, pulse, time, answers, options.MaxFramesInFlightPerStream, options.MaxFrameBytes, Visit.Of(context.GetHttpContext()).Who,
            new FrameRefusals(metrics, logger, context.Peer));
        await stream.RunAsync(requests, context.CancellationToken, lifetime.ApplicationStopping);
    }

    /// <summary>Tells the web server of the call.</summary>
    public sealed class Methods(AnomalyLineOptions options, MemoryBudget memory, SharedMemory shared, ProcessPulse pulse) : IServiceMethodProvider<FrameService>
    {
        private readonly Method<FrameRequest, Wire.InspectResponse> _inspect = new(
            MethodType.DuplexStreaming,
            Wire.InspectionService.Descriptor.FullName,
            "Inspect",
            Marshallers.Create<FrameRequest>(
                (_, _) => throw new NotSupportedException("A server only reads requests."),
                context => FrameRequest.Receive(context.PayloadAsReadOnlySequence(), options.MaxFrameBytes, memory, shared, pulse.Read())),
            Marshallers.Create<Wire.InspectResponse>(Write, _ => throw new NotSupportedException("A server only writes answers.")));

        /// <inheritdoc/>
        public void OnServiceMethodDiscovery(ServiceMethodProviderContext<FrameService> context) =>
            context.AddDuplexStreamingMethod(_inspect, [], static (service, requests, answers, call) => service.InspectAsync(requests, answers, call));

        private static void Write(Wire.InspectResponse answer, SerializationContext context)
        {
            context.SetPayloadLength(answer.CalculateSize());
            answer.WriteTo(context.GetBufferWriter());
            context.Complete();
        }
    }
}
