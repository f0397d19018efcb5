using System.Text.Json;
using AnomalyLine.Server.Rest;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>The description of the REST form: /openapi/v1.json, and the page /api that shows it.</summary>
internal static class RestEndpoints
{
    /// <summary>All services whose calls have a REST form.</summary>
    public static IReadOnlyList<ServiceDescriptor> Services { get; } =
    [
        Wire.StationService.Descriptor, Wire.RecipeService.Descriptor, Wire.ModelService.Descriptor, Wire.InspectionService.Descriptor,
        Wire.SampleService.Descriptor, Wire.AuditService.Descriptor, Wire.TrainingService.Descriptor, Wire.AccessService.Descriptor,
        Wire.ProductionService.Descriptor,
    ];

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    public static void MapRestDescription(this WebApplication app)
    {
        var document = new Lazy<string>(() => OpenApiDocument.Create(Services).ToJsonString(s_json));
        app.MapGet("/openapi/v1.json", () => Results.Text(document.Value, "application/json"));
        app.MapGet("/api", () => Results.Redirect("/api.html"));
    }
}
