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
                ["description"] = "The unary calls of the gRPC contract anomalyline.v1 as REST. A key goes into the header authorization, as Bearer alk_…; a program on the server's machine needs none, and names in the header x-user who acts, for the audit. Without either a call answers 401, with too little a role 403. A failed call has a JSON body with code (of gRPC), message and details; reason in the details is the word of docs/errors.md, metadata.field the field at fault. Fields and parameters that a call does not have are refused.",
            },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = With(schemas.All, "Error", ErrorSchema()),
                ["securitySchemes"] = new JsonObject
                {
                    ["key"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "A key as 'anomalyline keys add' shows it, alk_…" },
                },
            },

            // Either the key, or nothing: for programs on the server's machine.
            ["security"] = new JsonArray(new JsonObject { ["key"] = new JsonArray() }, new JsonObject()),
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
                ["default"] = new JsonObject { ["description"] = "The call failed.", ["content"] = Json(new JsonObject { ["$ref"] = "#/components/schemas/Error" }) },
            },
        };
        if (body.Length > 0)
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Json(schemas.Reference(body == "*" ? method.InputType : method.InputType.FindFieldByName(body).MessageType)) };
        return operation;
    }

    /// <summary>The body of a failed call, as RestErrors writes it.</summary>
    private static JsonObject ErrorSchema() => Object(
        "Why a call failed.",
        ("code", Typed("integer", "The status's number in gRPC, such as 5 for NOT_FOUND.")),
        ("message", Typed("string", "What, which one, and what to do.")),
        ("details", new JsonObject
        {
            ["type"] = "array",
            ["description"] = "One entry.",
            ["items"] = Object(
                "What programs test.",
                ("@type", Typed("string", "type.googleapis.com/google.rpc.ErrorInfo")),
                ("reason", Typed("string", "Word that stays the same across releases (docs/errors.md), such as station-not-found.")),
                ("domain", Typed("string", "anomalyline")),
                ("metadata", Object("More about it.", ("field", Typed("string", "Path of the field or parameter at fault; absent where there is none."))))),
        }));

    private static JsonObject Object(string description, params (string Name, JsonObject Schema)[] properties) => new()
    {
        ["type"] = "object",
        ["description"] = description,
        ["properties"] = new JsonObject(properties.Select(property => KeyValuePair.Create<string, JsonNode?>(property.Name, property.Schema))),
    };

    private static JsonObject Typed(string type, string description) => new() { ["type"] = type, ["description"] = description };

    private static JsonObject With(JsonObject all, string name, JsonObject schema)
    {
        all[name] = schema;
        return all;
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
