using AnomalyLine.Server.Access;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry.Metrics;

namespace AnomalyLine.Server.Observability;

/// <summary>Logs, and open to all without a sign-in: metrics at /metrics, health at /health/live and /health/ready and in grpc.health.v1.</summary>
internal static class ObservabilitySetup
{
    private const string Ready = "ready";
    private static readonly double[] s_milliseconds = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

    public static void AddObservability(this WebApplicationBuilder builder, bool forPeople)
    {
        builder.Logging.ClearProviders();
        if (forPeople) builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.ColorBehavior) = (true, "HH:mm:ss ", LoggerColorBehavior.Default));
        else builder.Logging.AddJsonConsole(console => (console.TimestampFormat, console.UseUtcTimestamp) = ("yyyy-MM-ddTHH:mm:ss.fffZ", true));
        builder.Services.AddSingleton<ServerMetrics>();
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(ServerMetrics.MeterName)
            .AddRuntimeInstrumentation()
            .AddAspNetCoreInstrumentation()
            .AddView("anomalyline.stage.duration", Buckets(s_milliseconds))
            .AddView(ServerMetrics.AnswerDuration, Buckets(s_milliseconds))
            .AddView("anomalyline.batch.size", Buckets(1, 2, 4, 8, 16, 32, 64, 128, 256))
            .AddPrometheusExporter());
        builder.Services.AddGrpcHealthChecks(health =>
            {
                health.Services.Map("", check => check.Tags.Contains(Ready));
                health.Services.Map("anomalyline.v1.InspectionService", check => check.Tags.Contains(Ready));
            })
            .AddCheck<LineHealthCheck>("line", tags: [Ready])
            .AddCheck<ManagementHealthCheck>("management", tags: [Ready])
            .AddCheck<GatewayHealthCheck>("opcua", tags: [Ready]);
        builder.Services.Configure<Microsoft.Extensions.Diagnostics.HealthChecks.HealthCheckPublisherOptions>(
            publisher => (publisher.Delay, publisher.Period) = (TimeSpan.Zero, TimeSpan.FromSeconds(1)));
    }

    public static void MapObservability(this WebApplication app)
    {
        // Made here so that its instruments exist before the first scrape.
        app.Services.GetRequiredService<ServerMetrics>();
        app.MapPrometheusScrapingEndpoint("/metrics").WithMetadata(OpenAttribute.Instance);
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).WithMetadata(OpenAttribute.Instance);
        app.MapHealthChecks("/health/ready", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains(Ready),
            ResponseWriter = (http, report) => http.Response.WriteAsync(string.Join('\n', report.Entries.Select(entry => $"{entry.Value.Status}: {entry.Value.Description ?? entry.Key}"))),
        }).WithMetadata(OpenAttribute.Instance);
        app.MapGrpcHealthChecksService();
    }

    private static ExplicitBucketHistogramConfiguration Buckets(params double[] bounds) => new() { Boundaries = bounds };
}
