using AnomalyLine.Management.Access;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;

namespace AnomalyLine.Server.Access;

/// <summary>The one table of what each call needs. A call that is not in it is refused.</summary>
internal static class Calls
{
    private static readonly Dictionary<string, CallRule> s_rules = Create();

    /// <summary>All calls, as /package.Service/Method.</summary>
    public static IReadOnlyDictionary<string, CallRule> All => s_rules;

    /// <summary>The call that an endpoint is, over gRPC or REST; null where it is none.</summary>
    public static string? NameOf(Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName
        ?? (endpoint?.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is { MethodDescriptor: var method } ? $"/{method.Service.FullName}/{method.Name}" : null);

    private static Dictionary<string, CallRule> Create()
    {
        var rules = new Dictionary<string, CallRule>(StringComparer.Ordinal);
        Add("anomalyline.v1.InspectionService", new CallRule(AccessRole.Operator, IsForCameras: true), "Inspect");
        Add("anomalyline.v1.InspectionService", AccessRole.Viewer, "WatchInspections", "GetInspection", "ListInspections", "GetImage", "ReadHistory", "SummarizeHistory");
        Add("anomalyline.v1.StationService", AccessRole.Viewer, "ListStations", "GetDrift");
        Add("anomalyline.v1.StationService", AccessRole.Operator, "StartStation", "StopStation", "ResetCounters", "SetNextPart");
        Add("anomalyline.v1.StationService", AccessRole.Engineer, "CreateStation", "RenameStation", "RemoveStation");
        Add("anomalyline.v1.RecipeService", AccessRole.Viewer, "GetRecipe", "ListRecipes");
        Add("anomalyline.v1.RecipeService", AccessRole.Engineer, "ActivateRecipe", "SelectRecipe", "RollbackRecipe");
        Add("anomalyline.v1.RecipeService", AccessRole.Operator, "SetSensitivity");
        Add("anomalyline.v1.ModelService", AccessRole.Viewer, "ListModels", "ListModelVersions", "GetGate", "GetShadow", "ListSigners");
        Add("anomalyline.v1.ModelService", AccessRole.Engineer, "UploadModel", "UpdateModel", "DeleteModel", "SetShadow");
        Add("anomalyline.v1.ModelService", AccessRole.Administrator, "TrustSigner", "DistrustSigner");
        Add("anomalyline.v1.SampleService", AccessRole.Viewer, "ListSamples", "GetSample", "GetSampleImage", "GetCollection");
        Add("anomalyline.v1.SampleService", AccessRole.Operator, "ReviewSamples", "CheckSamples");
        Add("anomalyline.v1.SampleService", AccessRole.Engineer, "DeleteSamples", "SetCollection");
        // A picture of 64 MiB, in base64 over REST.
        Add("anomalyline.v1.SampleService", new CallRule(AccessRole.Engineer, MostBytes: 92L << 20), "ImportSample");
        Add("anomalyline.v1.AuditService", AccessRole.Viewer, "ListAuditEntries", "VerifyAudit");
        Add("anomalyline.v1.TrainingService", AccessRole.Viewer, "ListJobs", "GetJob", "WatchJob", "GetJobLog", "ListSchedules");
        Add("anomalyline.v1.TrainingService", AccessRole.Engineer, "StartJob", "CancelJob", "SetSchedule");
        Add("anomalyline.v1.OpcUaService", AccessRole.Engineer, "ExportNodeSet");
        Add("anomalyline.v1.AccessService", new CallRule(AccessRole.Viewer, IsForCameras: true), "GetIdentity");
        Add("anomalyline.v1.AccessService", AccessRole.Viewer, "ChangePassword");
        Add("anomalyline.v1.AccessService", AccessRole.Administrator, "ListUsers", "AddUser", "SetUserRole", "SetUserPassword", "RemoveSecondFactor", "RemoveUser", "ListKeys", "AddKey", "RevokeKey", "ListSessions", "EndSession");
        Add("grpc.health.v1.Health", new CallRule(null), "Check", "Watch");
        Add("grpc.reflection.v1.ServerReflection", AccessRole.Viewer, "ServerReflectionInfo");
        Add("grpc.reflection.v1alpha.ServerReflection", AccessRole.Viewer, "ServerReflectionInfo");
        ForGateway("anomalyline.v1.InspectionService", "WatchInspections", "GetInspection", "ListInspections", "ReadHistory", "SummarizeHistory");
        ForGateway("anomalyline.v1.StationService", "StartStation", "StopStation", "ResetCounters", "SetNextPart");
        ForGateway("anomalyline.v1.RecipeService", "ActivateRecipe", "SelectRecipe", "RollbackRecipe");
        ForGateway("anomalyline.v1.TrainingService", "StartJob");
        return rules;

        void Add(string service, CallRule rule, params string[] methods)
        {
            foreach (var method in methods) rules.Add($"/{service}/{method}", rule);
        }

        // What src/opcua-gateway/src/serverCommands.ts and feed.ts call.
        void ForGateway(string service, params string[] methods)
        {
            foreach (var call in methods.Select(method => $"/{service}/{method}")) rules[call] = rules[call] with { IsForGateway = true };
        }
    }
}
