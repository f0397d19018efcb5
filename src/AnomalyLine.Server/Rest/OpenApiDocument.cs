using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Google.Api;
using Google.Protobuf.Reflection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace AnomalyLine.Server.Rest;

/// <summary>Describes the REST form of services as OpenAPI 3.0, from the contract alone.</summary>
internal static partial class OpenApiDocument
{
    /// <summary>The document.</summary>
    /// <param name="services">What to describe; calls without an HTTP annotation (streams) are left out.</param>
    public static JsonObject Create(IEnumerable<ServiceDescriptor> services)
    {
        var comments = ProtoComments.Read();
        var schemas = new OpenApiSchemas(comments);
        var paths = new JsonObject();
        foreach (var method in services.SelectMany(service => service.Methods))
        {
            if (method.GetOptions()?.GetExtension(AnnotationsExtensions.Http) is not { } rule) continue;
            var (verb, template) = rule.PatternCase switch
            {
                HttpRule.PatternOneofCase.Get => ("get", rule.Get),
                HttpRule.PatternOneofCase.Put => ("put", rule.Put),
                HttpRule.PatternOneofCase.Post => ("post", rule.Post),
                HttpRule.PatternOneofCase.Patch => ("patch", rule.Patch),
                _ => ("delete", rule.Delete),
            };
            if (paths[template] is not JsonObject path) paths[template] = path = [];
            path[verb] = Operation(method, template, rule.Body, comments, schemas);
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.3",
            ["info"] = new JsonObject
            {
                ["title"] = "AnomalyLine",
                ["version"] = "v1",
                ["description"] = "The unary calls of the gRPC contract anomalyline.v1 as REST. A key goes into the header authorization, as Bearer alk_…; a program on the server's machine needs none, and names in the header x-user who acts, for the audit. Without either a call answers 401, with too little a role 403. A failed call has a JSON body with code (of gRPC), message and details; reason in the details is the word of docs/errors.md.",
            },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas.All },
        };
    }

    private static JsonObject Operation(MethodDescriptor method, string template, string body, IReadOnlyDictionary<string, string> comments, OpenApiSchemas schemas)
    {
        var inPath = PathField().Matches(template).Select(match => match.Groups["name"].Value).ToList();
        var parameters = new JsonArray();
        foreach (var name in inPath) parameters.Add(Parameter(name, "path", Find(method.InputType, name), schemas));
        foreach (var field in method.InputType.Fields.InFieldNumberOrder())
            if (body.Length == 0 && !inPath.Contains(field.Name, StringComparer.Ordinal)) parameters.Add(Parameter(field.JsonName, "query", field, schemas));
        var operation = new JsonObject
        {
            ["operationId"] = method.Name,
            ["tags"] = new JsonArray(method.Service.Name),
            ["summary"] = comments.GetValueOrDefault(method.FullName, method.Name),
            ["parameters"] = parameters,
            ["responses"] = new JsonObject
            {
                ["200"] = new JsonObject { ["description"] = comments.GetValueOrDefault(method.OutputType.FullName, ""), ["content"] = Json(schemas.Reference(method.OutputType)) },
                ["default"] = new JsonObject { ["description"] = "The call failed: code, message and details." },
            },
        };
        if (body.Length > 0)
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Json(schemas.Reference(body == "*" ? method.InputType : method.InputType.FindFieldByName(body).MessageType)) };
        return operation;
    }

    private static JsonObject Parameter(string name, string place, FieldDescriptor field, OpenApiSchemas schemas) => new()
    {
        ["name"] = name,
        ["in"] = place,
        ["required"] = place == "path",
        ["description"] = schemas.Describe(field),
        ["schema"] = schemas.Of(field),
    };

    private static FieldDescriptor Find(MessageDescriptor message, string path)
    {
        var parts = path.Split('.');
        foreach (var part in parts[..^1]) message = message.FindFieldByName(part).MessageType;
        return message.FindFieldByName(parts[^1]);
    }

    private static JsonObject Json(JsonObject schema) => new() { ["application/json"] = new JsonObject { ["schema"] = schema } };

    [GeneratedRegex(@"\{(?<name>[\w.]+)\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PathField();
}
