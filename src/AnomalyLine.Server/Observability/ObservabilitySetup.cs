using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry.Metrics;

namespace AnomalyLine.Server.Observability;

/// <summary>Logs, metrics at /metrics, health at /health/live and /health/ready and in grpc.health.v1.</summary>
internal static class ObservabilitySetup
{
    private const string Ready = "ready";

    public static void AddObservability(this WebApplicationBuilder builder, bool forPeople)
    {
        builder.Logging.ClearProviders();
        if (forPeople) builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.ColorBehavior) = (true, "HH:mm:ss ", LoggerColorBehavior.Default));
        else builder.Logging.AddJsonConsole(console => (console.TimestampFormat, console.UseUtcTimestamp) = ("yyyy-MM-ddTHH:mm:ss.fffZ", true));
        builder.Services.AddSingleton<LineMetrics>();
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(LineMetrics.MeterName)
            .AddRuntimeInstrumentation()
            .AddAspNetCoreInstrumentation()
            .AddView("anomalyline.inspection.duration", Buckets(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5))
            .AddView("anomalyline.batch.size", Buckets(1, 2, 4, 8, 16, 32, 64, 128, 256))
            .AddPrometheusExporter());
        builder.Services.AddGrpcHealthChecks(health =>
            {
                health.Services.Map("", check => check.Tags.Contains(Ready));
                health.Services.Map("anomalyline.v1.InspectionService", check => check.Tags.Contains(Ready));
            })
            .AddCheck<LineHealthCheck>("line", tags: [Ready]);
        builder.Services.Configure<Microsoft.Extensions.Diagnostics.HealthChecks.HealthCheckPublisherOptions>(
            publisher => (publisher.Delay, publisher.Period) = (TimeSpan.Zero, TimeSpan.FromSeconds(1)));
    }

    public static void MapObservability(this WebApplication app)
    {
        // Made here so that its instruments exist before the first scrape.
        app.Services.GetRequiredService<LineMetrics>();
        app.MapPrometheusScrapingEndpoint("/metrics");
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains(Ready),
            ResponseWriter = (http, report) => http.Response.WriteAsync(string.Join('\n', report.Entries.Select(entry => $"{entry.Value.Status}: {entry.Value.Description ?? entry.Key}"))),
        });
        app.MapGrpcHealthChecksService();
    }

    private static ExplicitBucketHistogramConfiguration Buckets(params double[] bounds) => new() { Boundaries = bounds };
}
