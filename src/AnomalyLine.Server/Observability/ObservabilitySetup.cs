using System.Reflection;
using AnomalyLine.Inspection;
using AnomalyLine.Server.Hosting;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace AnomalyLine.Server.Observability;

/// <summary>Logs; metrics at /metrics; and, open to all without a sign-in, health at /health/live, /health/ready and /health/ready/STATION, and in grpc.health.v1.</summary>
internal static class ObservabilitySetup
{
    private const string Ready = "ready";
    private static readonly string? Version = typeof(ObservabilitySetup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
    private static readonly double[] s_seconds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

    public static void AddObservability(this WebApplicationBuilder builder, bool forPeople)
    {
        builder.Logging.ClearProviders();
        // Warns of each key that it is not encrypted; the data folder is closed to other accounts, as to the keys beside it.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
        if (forPeople) builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.ColorBehavior) = (true, "HH:mm:ss ", LoggerColorBehavior.Default));
        else builder.Logging.AddJsonConsole(console => (console.TimestampFormat, console.UseUtcTimestamp) = ("yyyy-MM-ddTHH:mm:ss.fffZ", true));
        builder.Services.AddSingleton<ServerMetrics>();
        builder.Services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("anomalyline", serviceVersion: Version)).WithMetrics(metrics => metrics
            .AddMeter(ServerMetrics.MeterName)
            .AddRuntimeInstrumentation()
            .AddAspNetCoreInstrumentation()
            .AddView("anomalyline.stage.duration", Buckets(s_seconds))
            .AddView(ServerMetrics.AnswerDuration, Buckets(s_seconds))
            .AddView("anomalyline.batch.size", Buckets(1, 2, 4, 8, 16, 32, 64, 128, 256))
            .AddPrometheusExporter());
        builder.Services.AddHealthChecks()
            .AddCheck<LineHealthCheck>("line", tags: [Ready])
            .AddCheck<ManagementHealthCheck>("management", tags: [Ready])
            .AddCheck<MemoryHealthCheck>("memory", tags: [Ready])
            .AddCheck<EngineHealthCheck>("engine", tags: [Ready])
            .AddCheck<GatewayHealthCheck>("opcua", tags: [Ready]);
        builder.Services.AddSingleton<HealthService>();
    }

    /// <summary>Whether a check says something of the server's readiness.</summary>
    public static bool IsAboutReadiness(HealthCheckRegistration check) => check.Tags.Contains(Ready);

    public static void MapObservability(this WebApplication app)
    {
        // Made here so that its instruments exist before the first scrape.
        app.Services.GetRequiredService<ServerMetrics>();
        app.MapPrometheusScrapingEndpoint("/metrics");
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions
        {
            Predicate = IsAboutReadiness,
            ResponseWriter = (http, report) => http.Response.WriteAsync(string.Join('\n', report.Entries.Select(entry => $"{entry.Value.Status}: {entry.Value.Description ?? entry.Key}"))),
        });
        app.MapGet("/health/ready/{station}", GetStation);
        app.MapGrpcService<HealthService>();
    }

    /// <summary>Whether one station judges: 200, 503 with why not, also where somebody stopped it, or 404.</summary>
    private static IResult GetStation(string station, LineHost host) => host.FindStation(station) switch
    {
        null => Results.Text("There is no such station.", statusCode: StatusCodes.Status404NotFound),
        { Ready: true } => Results.Text("Healthy"),
        var unready => Results.Text($"Unhealthy: {FilePaths.WithoutFolders(unready.Fault)}", statusCode: StatusCodes.Status503ServiceUnavailable),
    };

    private static ExplicitBucketHistogramConfiguration Buckets(params double[] bounds) => new() { Boundaries = bounds };
}
