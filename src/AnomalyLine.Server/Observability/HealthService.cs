using AnomalyLine.Server.Hosting;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace AnomalyLine.Server.Observability;

/// <summary>
/// grpc.health.v1: the services "" and <see cref="LineService"/> say whether the server is ready, <see cref="StationPrefix"/> and a station's name whether this station judges, as
/// /health/ready and /health/ready/STATION do. Any thread.
/// </summary>
internal sealed class HealthService(HealthCheckService checks, LineHost host, IHostApplicationLifetime lifetime, TimeProvider time) : Health.HealthBase
{
    /// <summary>What cameras speak to.</summary>
    public const string LineService = "anomalyline.v1.InspectionService";

    /// <summary>Comes before a station's name; no service has a slash in its name, so neither hides the other.</summary>
    public const string StationPrefix = "stations/";

    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    /// <summary>The state now; NOT_FOUND for a service that is none.</summary>
    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        await StatusOf(request.Service, context.CancellationToken) is var status and not ServingStatus.ServiceUnknown ? new HealthCheckResponse { Status = status }
            : throw new RpcException(new Status(StatusCode.NotFound, $"There is no such service; ask for '', '{LineService}' or '{StationPrefix}STATION'."));

    /// <summary>The state now and whenever it changes, looked at once a second; NOT_SERVING at last when the server stops. A service that is none may become one.</summary>
    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        using var pace = new PeriodicTimer(s_period, time);
        ServingStatus? told = null;
        try
        {
            do
            {
                var status = await StatusOf(request.Service, end.Token);
                if (status != told) await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, end.Token);
                told = status;
            }
            while (await pace.WaitForNextTickAsync(end.Token));
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            await responseStream.WriteAsync(new HealthCheckResponse { Status = ServingStatus.NotServing }, context.CancellationToken);
        }
    }

    private async Task<ServingStatus> StatusOf(string service, CancellationToken cancel)
    {
        if (service is "" or LineService)
            return (await checks.CheckHealthAsync(ObservabilitySetup.IsAboutReadiness, cancel)).Status == HealthStatus.Unhealthy ? ServingStatus.NotServing : ServingStatus.Serving;
        return service.StartsWith(StationPrefix, StringComparison.Ordinal) && host.FindStation(service[StationPrefix.Length..]) is { } station
            ? station.Ready ? ServingStatus.Serving : ServingStatus.NotServing
            : ServingStatus.ServiceUnknown;
    }
}
