using AnomalyLine.Management.Access;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.StaticAssets;

namespace AnomalyLine.Server.Access;

/// <summary>
/// The one table of what everything needs: calls over gRPC and REST, pages, other addresses, and changes in the console, which need what their call needs. What is not in it is refused.
/// </summary>
internal static class Permissions
{
    /// <summary>The files of the console, which anybody may read.</summary>
    public const string Files = "files";

    /// <summary>The socket of pages; what is done over it is asked for by its change.</summary>
    public const string Socket = "socket";

    /// <summary>The page for Prometheus, which an option opens to all.</summary>
    public const string Metrics = "* /metrics";

    /// <summary>Answers of the routing itself, such as that an address has no such method.</summary>
    public const string Routing = "routing";

    /// <summary>In the patterns by which gRPC answers that there is no such service or method.</summary>
    private const string Unimplemented = "{unimplemented";

    /// <summary>The pattern of files that are new since the build, while the server is developed.</summary>
    private const string DevelopmentFiles = "/{**path:file}";

    private static readonly Dictionary<string, CallRule> s_rules = Create();

    /// <summary>Everything: calls as /package.Service/Method, pages as "page /users", other addresses as "GET /system/backup", changes in the console as the audit names them.</summary>
    public static IReadOnlyDictionary<string, CallRule> All => s_rules;

    /// <summary>The call that an endpoint is, over gRPC or REST; null where it is none.</summary>
    public static string? CallOf(Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName
        ?? (endpoint?.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is { MethodDescriptor: var method } ? $"/{method.Service.FullName}/{method.Name}" : null);

    /// <summary>What an endpoint is called in the table.</summary>
    public static string NameOf(Endpoint endpoint)
    {
        if (CallOf(endpoint) is { } call) return call;
        if (endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is not null) return Files;
        if (endpoint is not RouteEndpoint route) return Routing;
        var path = $"/{route.RoutePattern.RawText?.TrimStart('/')}";
        if (path == DevelopmentFiles) return Files;
        if (path.Contains(Unimplemented, StringComparison.Ordinal)) return Routing;
        if (path.StartsWith("/_blazor", StringComparison.Ordinal) || path.StartsWith("/_framework/", StringComparison.Ordinal)) return Socket;
        if (endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is not null) return $"page {path}";
        return $"{string.Join(',', endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["*"])} {path}";
    }

    private static Dictionary<string, CallRule> Create()
    {
        var rules = new Dictionary<string, CallRule>(StringComparer.Ordinal);
        Add("anomalyline.v1.InspectionService", new CallRule(AccessRole.Operator, IsForCameras: true), "Inspect");
        Add("anomalyline.v1.InspectionService", AccessRole.Viewer, "WatchInspections", "GetInspection", "ListInspections", "GetImage", "ReadHistory", "SummarizeHistory");
        Add("anomalyline.v1.StationService", AccessRole.Viewer, "ListStations", "GetDrift");
        Add("anomalyline.v1.StationService", AccessRole.Operator, "StartStation", "StopStation", "ResetCounters", "SetNextPart");
        Add("anomalyline.v1.StationService", AccessRole.Engineer, "CreateStation", "RenameStation", "RemoveStation");
        Add("anomalyline.v1.CameraService", new CallRule(AccessRole.Operator, IsForCameras: true), "AttachCamera");
        Add("anomalyline.v1.CameraService", AccessRole.Viewer, "ListCameras");
        Add("anomalyline.v1.CameraService", AccessRole.Operator, "TriggerCamera");
        Add("anomalyline.v1.RecipeService", AccessRole.Viewer, "GetRecipe", "ListRecipes");
        Add("anomalyline.v1.RecipeService", AccessRole.Engineer, "ActivateRecipe", "SelectRecipe", "RollbackRecipe");
        Add("anomalyline.v1.RecipeService", AccessRole.Operator, "SetSensitivity");
        Add("anomalyline.v1.ModelService", AccessRole.Viewer, "ListModels", "ListModelVersions", "GetGate", "GetShadow", "ListSigners");
        Add("anomalyline.v1.ModelService", AccessRole.Engineer, "UploadModel", "UpdateModel", "DeleteModel", "SetShadow");
        Add("anomalyline.v1.ModelService", AccessRole.Administrator, "TrustSigner", "DistrustSigner");
        Add("anomalyline.v1.SampleService", AccessRole.Viewer, "ListSamples", "GetSample", "GetSampleImage", "GetCollection", "ListSampleReviews", "ListDefectKinds");
        Add("anomalyline.v1.SampleService", AccessRole.Operator, "ReviewSamples", "CheckSamples");
        Add("anomalyline.v1.SampleService", AccessRole.Engineer, "DeleteSamples", "SetCollection", "AddDefectKind", "RemoveDefectKind");
        // A picture of 64 MiB, in base64 over REST.
        Add("anomalyline.v1.SampleService", new CallRule(AccessRole.Engineer, MostBytes: 92L << 20), "ImportSample");
        Add("anomalyline.v1.AuditService", AccessRole.Viewer, "ListAuditEntries", "VerifyAudit");
        Add("anomalyline.v1.TrainingService", AccessRole.Viewer, "ListJobs", "GetJob", "WatchJob", "GetJobLog", "ListSchedules");
        Add("anomalyline.v1.TrainingService", AccessRole.Engineer, "StartJob", "CancelJob", "SetSchedule", "DeleteSchedule");
        Add("anomalyline.v1.AlarmService", AccessRole.Viewer, "ListAlarms", "WatchAlarms", "GetAlarmSettings");
        Add("anomalyline.v1.AlarmService", AccessRole.Operator, "AcknowledgeAlarm");
        Add("anomalyline.v1.AlarmService", AccessRole.Engineer, "ShelveAlarm", "SetAlarmSettings");
        Add("anomalyline.v1.ProductionService", AccessRole.Viewer, "GetProductionReport");
        Add("anomalyline.v1.OpcUaService", AccessRole.Engineer, "ExportNodeSet");
        Add("anomalyline.v1.AccessService", new CallRule(AccessRole.Viewer, IsForCameras: true), "GetIdentity");
        Add("anomalyline.v1.AccessService", AccessRole.Viewer, "ChangePassword");
        Add("anomalyline.v1.AccessService", AccessRole.Administrator, "ListUsers", "AddUser", "SetUserRole", "SetUserPassword", "RemoveSecondFactor", "RemoveUser", "ListKeys", "AddKey", "RevokeKey", "ListSessions", "EndSession");
        Add("grpc.health.v1.Health", new CallRule(null), "Check", "Watch");
        Add("grpc.reflection.v1.ServerReflection", AccessRole.Viewer, "ServerReflectionInfo");
        Add("grpc.reflection.v1alpha.ServerReflection", AccessRole.Viewer, "ServerReflectionInfo");
        ForGateway("anomalyline.v1.InspectionService", "WatchInspections", "GetInspection", "ListInspections", "ReadHistory", "SummarizeHistory");
        ForGateway("anomalyline.v1.StationService", "StartStation", "StopStation", "ResetCounters", "SetNextPart");
        ForGateway("anomalyline.v1.CameraService", "TriggerCamera");
        ForGateway("anomalyline.v1.RecipeService", "ActivateRecipe", "SelectRecipe", "RollbackRecipe");
        ForGateway("anomalyline.v1.TrainingService", "StartJob");
        AddPages();
        AddAddresses();
        AddChanges();
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

        void AddPages()
        {
            var anybody = new CallRule(null);
            Under("page ", new CallRule(AccessRole.Viewer) { IsForWall = true }, "/wall");
            Under("page ", anybody, "/not-found", "/wall/enter", "/sign-in", "/sign-in/code", "/setup");
            Under("page ", new CallRule(AccessRole.Viewer) { IsForEnrolment = true }, "/account");
            Under("page ", AccessRole.Viewer, "/", "/alarms", "/audit", "/cameras", "/models", "/no-access", "/report", "/samples", "/system", "/training", "/training/schedules", "/training/jobs/{Id:long}", "/stations/{Name}", "/stations/{Name}/recipes",
                "/stations/{Name}/inspections/{Sequence:long:min(1)}", "/stations/{Station}/models/{Version}/gate");
            Under("page ", AccessRole.Engineer, "/stations/{Name}/setup");
            Under("page ", AccessRole.Administrator, "/users");
        }

        void AddAddresses()
        {
            var anybody = new CallRule(null);
            Under("", AccessRole.Viewer, Metrics);
            Under("", anybody, Files, "* /health/live", "* /health/ready", "GET /health/ready/{station}", "GET /language", "GET /time-zone");
            // Each looks at who sends it itself: a page that was open for too long is shown anew.
            Under("POST ", anybody, "/wall/key", "/sign-in", "/sign-in/code", "/sign-out", "/setup", "/account/password", "/account/second-factor", "/account/second-factor/confirm", "/account/second-factor/remove");
            Under("", anybody, "GET /sign-in/provider");
            Under("", AccessRole.Viewer, Routing);
            Under("", new CallRule(AccessRole.Viewer) { IsForEnrolment = true, IsForWall = true }, Socket);
            Under("GET ", AccessRole.Viewer, "/openapi/v1.json", "/api", "/samples/{id:long:min(1)}/picture", "/samples/{id:long:min(1)}/{kind:regex(^(map|overlay)$)}", "/training/jobs/{id:long:min(1)}/log", "/models/{version}/file", "/audit/entries.jsonl", "/audit/entries.csv", "/alarms.csv", "/samples.csv", "/stations/{name}/inspections.csv", "/training/jobs.csv", "/models.csv");
            foreach (var part in (string[])["{kind:regex(^(frame|overlay|map)$)}", "reconstruction", "evidence.zip"]) Under("GET ", AccessRole.Viewer, $"/stations/{{station}}/inspections/{{sequence:long:min(1)}}/{part}");
            Under("GET ", AccessRole.Viewer, "/stations/{station}/models/{version}/gate/document", "/stations/{station}/models/{version}/gate/pictures/{number:int:min(0)}");
            Under("GET ", Of("InspectionService/ListInspections"), "/v1/stations/{station}/inspections.csv");
            Under("GET ", Of("ProductionService/GetProductionReport"), "/v1/production.csv");
            Under("GET ", AccessRole.Administrator, "/system/backup", "/users.csv");
        }

        void AddChanges()
        {
            rules.Add("opcua.trust", AccessRole.Administrator);
            foreach (var (change, call) in new[]
            {
                ("inspection.feedback", "SampleService/ReviewSamples"), ("sample.review", "SampleService/ReviewSamples"), ("sample.delete", "SampleService/DeleteSamples"), ("sample.import", "SampleService/ImportSample"), ("sample.check", "SampleService/CheckSamples"), ("collection.set", "SampleService/SetCollection"),
                ("defect-kind.add", "SampleService/AddDefectKind"), ("defect-kind.remove", "SampleService/RemoveDefectKind"),
                ("station.create", "StationService/CreateStation"), ("station.start", "StationService/StartStation"), ("station.stop", "StationService/StopStation"), ("station.reset-counters", "StationService/ResetCounters"), ("station.next-part", "StationService/SetNextPart"), ("station.rename", "StationService/RenameStation"), ("camera.trigger", "CameraService/TriggerCamera"), ("station.remove", "StationService/RemoveStation"),
                ("recipe.activate", "RecipeService/ActivateRecipe"), ("recipe.select", "RecipeService/SelectRecipe"), ("recipe.rollback", "RecipeService/RollbackRecipe"),
                ("recipe.sensitivity", "RecipeService/SetSensitivity"),
                ("model.upload", "ModelService/UploadModel"), ("model.label", "ModelService/UpdateModel"), ("model.delete", "ModelService/DeleteModel"), ("model.shadow", "ModelService/SetShadow"), ("signer.trust", "ModelService/TrustSigner"), ("signer.distrust", "ModelService/DistrustSigner"),
                ("alarm.acknowledge", "AlarmService/AcknowledgeAlarm"), ("alarm.shelve", "AlarmService/ShelveAlarm"), ("alarm.settings", "AlarmService/SetAlarmSettings"),
                ("job.start", "TrainingService/StartJob"), ("job.cancel", "TrainingService/CancelJob"), ("schedule.set", "TrainingService/SetSchedule"), ("schedule.end", "TrainingService/DeleteSchedule"),
                ("user.add", "AccessService/AddUser"), ("user.role", "AccessService/SetUserRole"), ("user.password", "AccessService/SetUserPassword"), ("user.remove", "AccessService/RemoveUser"),
                ("user.second-factor.remove", "AccessService/RemoveSecondFactor"), ("key.add", "AccessService/AddKey"), ("key.revoke", "AccessService/RevokeKey"), ("session.revoke", "AccessService/EndSession"),
                ("wall.add", "AccessService/AddKey"), ("wall.revoke", "AccessService/RevokeKey"),
            }) rules.Add(change, Of(call) with { IsForGateway = false });
        }

        CallRule Of(string call) => rules[$"/anomalyline.v1.{call}"];

        void Under(string prefix, CallRule rule, params string[] names)
        {
            foreach (var name in names) rules.Add(prefix + name, rule);
        }
    }
}
