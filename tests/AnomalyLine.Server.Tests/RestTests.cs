using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using AnomalyLine.Server.Grpc;
using Google.Api;

namespace AnomalyLine.Server.Tests;

/// <summary>The same calls as REST, over the HTTP port.</summary>
public sealed class RestTests
{
    [Fact]
    public async Task Rest_StationFromNothingToRecipe_AsOverGrpc()
    {
        await using var server = await TestServer.StartAsync();
        var version = await server.UploadAsync("one");

        var created = await server.Http.PostAsJsonAsync("/v1/stations", new { name = "press-1" }, TestServer.Cancel);
        var activated = await server.Http.PostAsJsonAsync("/v1/stations/press-1/recipe", new { modelVersion = version, threshold = 0.25, deadline = "0.5s" }, TestServer.Cancel);
        var recipe = await server.Http.GetFromJsonAsync<JsonNode>("/v1/stations/press-1/recipe", TestServer.Cancel);
        var stations = await server.Http.GetFromJsonAsync<JsonNode>("/v1/stations", TestServer.Cancel);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (created.StatusCode, activated.StatusCode));
        Assert.Equal((version, 0.25, "0.500s", 1), ((string)recipe!["recipe"]!["modelVersion"]!, (double)recipe["recipe"]!["threshold"]!, (string)recipe["recipe"]!["deadline"]!, (int)recipe["recipe"]!["revision"]!));
        Assert.True((bool)stations!["stations"]![0]!["ready"]!);
    }

    [Fact]
    public async Task Rest_NumbersOf64Bits_AreStringsAsTheDescriptionSaysAndBothFormsAreRead()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await server.Samples.SetCollectionAsync(new() { Policy = new() { Station = "a", EveryNthOk = 1, Interval = new() } }, cancellationToken: TestServer.Cancel);
        await server.InspectAsync([TestServer.Request("a", 1, 10)]);
        await server.Get<Management.Samples.SampleCollector>().FlushAsync(TestServer.Cancel);

        var schemas = (await server.Http.GetFromJsonAsync<JsonNode>("/openapi/v1.json", TestServer.Cancel))!["components"]!["schemas"]!;
        var list = await server.Http.GetFromJsonAsync<JsonNode>("/v1/stations/a/inspections", TestServer.Cancel);
        var stations = await server.Http.GetFromJsonAsync<JsonNode>("/v1/stations", TestServer.Cancel);

        Assert.Equal(("string", "uint64"), ((string)schemas["Inspection"]!["properties"]!["sequence"]!["type"]!, (string)schemas["Inspection"]!["properties"]!["sequence"]!["format"]!));
        Assert.Equal("1", (string)list!["inspections"]![0]!["sequence"]!);
        Assert.Equal("1", (string)stations!["stations"]![0]!["counters"]!["inspected"]!);
        foreach (var id in new object[] { 1, "1" })
        {
            using var reviewed = await server.Http.PostAsJsonAsync("/v1/samples/reviews", new { ids = new[] { id }, state = "SAMPLE_STATE_APPROVED" }, TestServer.Cancel);
            Assert.Equal("1", (string)(await reviewed.Content.ReadFromJsonAsync<JsonNode>(TestServer.Cancel))!["samples"]![0]!["id"]!);
        }
    }

    [Fact]
    public async Task Rest_StaleRevisionAndModelInUse_AreRefusedWithWhatIs()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var (active, other) = ((await server.Recipes.GetRecipeAsync(new() { Station = "a" },
            cancellationToken: TestServer.Cancel)).Recipe.ModelVersion, await server.UploadAsync("two"));
        await server.Recipes.SetSensitivityAsync(new() { Station = "a", Sensitivity = 0.1f, Reason = "scratches pass" },
            new() { { "x-user", "bob" } }, cancellationToken: TestServer.Cancel);

        using var stale = await server.Http.PostAsJsonAsync(
            "/v1/stations/a/recipe", new { modelVersion = other, overrideReason = "a try", expectedRevision = 1 }, TestServer.Cancel);
        using var used = await server.Http.DeleteAsync($"/v1/models/{active}", TestServer.Cancel);
        using var named = await server.Http.PatchAsJsonAsync($"/v1/models/{other}", new { label = "new lamp" }, TestServer.Cancel);
        using var gone = await server.Http.DeleteAsync($"/v1/models/{other}", TestServer.Cancel);

        Assert.Equal(HttpStatusCode.Conflict, stale.StatusCode);
        var refusal = (await stale.Content.ReadFromJsonAsync<JsonNode>(TestServer.Cancel))!;
        Assert.Equal("recipe-changed", (string)refusal["details"]![0]!["reason"]!);
        Assert.Contains("by bob (\"scratches pass\"): sensitivity 0 -> 0.1", (string)refusal["message"]!, StringComparison.Ordinal);
        var use = (await used.Content.ReadFromJsonAsync<JsonNode>(TestServer.Cancel))!;
        Assert.Equal("model-in-use", (string)use["details"]![0]!["reason"]!);
        Assert.Contains("station 'a' judges with it", (string)use["message"]!, StringComparison.Ordinal);
        Assert.Equal("new lamp", (string)(await named.Content.ReadFromJsonAsync<JsonNode>(TestServer.Cancel))!["model"]!["label"]!);
        Assert.Equal("3", (string)(await gone.Content.ReadFromJsonAsync<JsonNode>(TestServer.Cancel))!["freedBytes"]!);
        Assert.Equal([active], (await server.Models.ListModelsAsync(new(), cancellationToken: TestServer.Cancel)).Models.Select(model =>
            model.Version));
    }

    [Fact]
    public async Task Rest_WrongInput_StatusMessageAndWord()
    {
        await using var server = await TestServer.StartAsync();

        using var missing = await server.Http.GetAsync("/v1/stations/nowhere/recipe", TestServer.Cancel);
        using var malformed = await server.Http.PostAsync("/v1/stations", new StringContent("{", null, "application/json"), TestServer.Cancel);
        using var foreign = await server.Http.PostAsync("/v1/stations", new StringContent("{\"name\":\"x\"}", null, "text/plain"), TestServer.Cancel);

        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        var failure = await missing.Content.ReadFromJsonAsync<JsonNode>(TestServer.Cancel);
        Assert.Contains("nowhere", (string)failure!["message"]!, StringComparison.Ordinal);
        Assert.Equal("station-not-found", (string)failure["details"]![0]!["reason"]!);
        Assert.Equal(HttpStatusCode.BadRequest, malformed.StatusCode);

        // A page of another site can send text/plain without asking, but no JSON: it must not be able to act.
        Assert.False(foreign.IsSuccessStatusCode);
        Assert.Empty((await server.Stations.ListStationsAsync(new(), cancellationToken: TestServer.Cancel)).Stations);
    }

    [Theory]
    [InlineData("POST", "/v1/stations/a/recipe", """{"modelVersion":"m","treshold":5}""", 400, "invalid-argument", "treshold")]
    [InlineData("POST", "/v1/stations/a/recipe", """{"modelVersion":"m","regionOfInterest":{"x":1,"w":2}}""", 400, "invalid-argument", "regionOfInterest.w")]
    [InlineData("POST", "/v1/stations/a/recipe", """{"modelVersion":"m","threshold":"high"}""", 400, "invalid-argument", "threshold")]
    [InlineData("POST", "/v1/stations/a/recipe", """{"threshold":1,"threshold":2}""", 400, "invalid-argument", "threshold")]
    [InlineData("POST", "/v1/stations/a/recipe?modelVersion=m", "{}", 400, "invalid-argument", "modelVersion")]
    [InlineData("POST", "/v1/jobs", """{"order":{"station":"a","options":[{"name":"x","valeu":"1"}]}}""", 400, "invalid-argument", "order.options[0].valeu")]
    [InlineData("PUT", "/v1/stations/a/collection", """{"everyNth":5}""", 400, "invalid-argument", "everyNth")]
    [InlineData("PUT", "/v1/stations/a/collection", """{"interval":"soon"}""", 400, "invalid-argument", "interval")]
    [InlineData("GET", "/v1/samples?staton=a", null, 400, "invalid-argument", "staton")]
    [InlineData("GET", "/v1/samples?state=PENDNG", null, 400, "invalid-argument", "state")]
    [InlineData("GET", "/v1/samples?suspected=perhaps", null, 400, "invalid-argument", "suspected")]
    [InlineData("GET", "/v1/samples?since=yesterday", null, 400, "invalid-argument", "since")]
    [InlineData("GET", "/v1/stations?all=1", null, 400, "invalid-argument", "all")]
    [InlineData("GET", "/v1/stations/a/drift?station=b", null, 400, "invalid-argument", "station")]
    [InlineData("GET", "/v1/stations/a/inspections/first", null, 400, "invalid-argument", "sequence")]
    [InlineData("GET", "/v1/stations/a/inspections/0", null, 400, "invalid-argument", "sequence")]
    [InlineData("POST", "/v1/stations", "{", 400, "invalid-argument", "body")]
    [InlineData("POST", "/v1/stations", "[]", 400, "invalid-argument", "body")]
    [InlineData("GET", "/v1/stations/nowhere/recipe", null, 404, "station-not-found", "")]
    [InlineData("GET", "/v1/station", null, 404, "path-not-found", "")]
    [InlineData("POST", "/v1/stations/a:pause", "{}", 405, "method-not-allowed", "")]
    [InlineData("DELETE", "/v1/audit", null, 405, "method-not-allowed", "")]
    public async Task Rest_NotInTheContract_StatusWordAndFieldInTheDocumentedBody(string verb, string path, string? body, int status, string word, string field)
    {
        await using var server = await TestServer.StartAsync();
        await server.Stations.CreateStationAsync(new() { Name = "a" }, cancellationToken: TestServer.Cancel);
        using var request = new HttpRequestMessage(new HttpMethod(verb), path) { Content = body is null ? null : new StringContent(body, null, "application/json") };

        using var answer = await server.Http.SendAsync(request, TestServer.Cancel);

        var text = await answer.Content.ReadAsStringAsync(TestServer.Cancel);
        Assert.Equal((status, "application/json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var failure = JsonNode.Parse(text)!;
        Assert.True((int)failure["code"]! > 0);
        Assert.Contains(field, (string)failure["message"]!, StringComparison.Ordinal);
        Assert.Equal((word, field), ((string)failure["details"]![0]!["reason"]!, (string?)failure["details"]![0]!["metadata"]?["field"] ?? ""));
    }

    [Fact]
    public async Task Rest_BodyThatIsNoJson_Is415WithTheDocumentedBody()
    {
        await using var server = await TestServer.StartAsync();

        using var answer = await server.Http.PostAsync("/v1/stations", new StringContent("""{"name":"x"}""", null, "text/plain"), TestServer.Cancel);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Equal("unsupported-media-type", (string)(await answer.Content.ReadFromJsonAsync<JsonNode>(TestServer.Cancel))!["details"]![0]!["reason"]!);
    }

    [Fact]
    public async Task Rest_Nobody_LearnsNothingOfTheContractButThatAKeyIsNeeded()
    {
        await using var server = await TestServer.StartAsync();

        foreach (var path in new[] { "/v1/stations?all=1", "/v1/stations" })
        {
            using var answer = await server.Strangers.GetAsync(path, TestServer.Cancel);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("not-signed-in", (string)(await answer.Content.ReadFromJsonAsync<JsonNode>(TestServer.Cancel))!["details"]![0]!["reason"]!);
        }
    }

    [Fact]
    public async Task OpenApi_Document_SaysHowToGetInAndWhatAFailureIs()
    {
        await using var server = await TestServer.StartAsync();

        var document = (await server.Http.GetFromJsonAsync<JsonNode>("/openapi/v1.json", TestServer.Cancel))!;

        Assert.Equal("bearer", (string)document["components"]!["securitySchemes"]!["key"]!["scheme"]!);
        Assert.Equal(["key"], document["security"]![0]!.AsObject().Select(scheme => scheme.Key));
        Assert.All(document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()), call =>
            Assert.Equal("#/components/schemas/Error", (string)call.Value!["responses"]!["default"]!["content"]!["application/json"]!["schema"]!["$ref"]!));
        Assert.Equal(["code", "message", "details"], document["components"]!["schemas"]!["Error"]!["properties"]!.AsObject().Select(property => property.Key));
    }

    [Fact]
    public async Task OpenApi_Document_HasEveryUnaryCallWithWhatTheContractSays()
    {
        await using var server = await TestServer.StartAsync();

        var document = (await server.Http.GetFromJsonAsync<JsonNode>("/openapi/v1.json", TestServer.Cancel))!;

        var operations = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(verb => (Path: path.Key, Verb: verb.Key, Call: verb.Value!))).ToList();
        var unary = RestEndpoints.Services.SelectMany(service => service.Methods).Where(method => !method.IsClientStreaming && !method.IsServerStreaming).ToList();
        Assert.Equal(unary.Select(method => method.Name).Order(StringComparer.Ordinal), operations.Select(operation => (string)operation.Call["operationId"]!).Order(StringComparer.Ordinal));
        Assert.All(unary, method => Assert.NotNull(method.GetOptions().GetExtension(AnnotationsExtensions.Http)));
        var activate = operations.Single(operation => (string)operation.Call["operationId"]! == "ActivateRecipe");
        Assert.Equal(("/v1/stations/{station}/recipe", "post"), (activate.Path, activate.Verb));
        Assert.StartsWith("Loads and warms the model", (string)activate.Call["summary"]!, StringComparison.Ordinal);
        var threshold = document["components"]!["schemas"]!["ActivateRecipeRequest"]!["properties"]!["threshold"]!;
        Assert.Equal(("number", "Score above which a part is NotOk; absent: the model's calibrated threshold."), ((string)threshold["type"]!, (string)threshold["description"]!));
        Assert.All(Properties(document), property => Assert.True(((string?)property.Value!["description"])?.Length > 0, $"{property.Key} has no description"));
        foreach (var reference in References(document)) Assert.True(document["components"]!["schemas"]!.AsObject().ContainsKey(reference), $"{reference} is missing");
    }

    [Fact]
    public async Task ApiPage_AsServed_NeedsNothingFromElsewhere()
    {
        await using var server = await TestServer.StartAsync();

        var page = await server.Http.GetStringAsync("/api", TestServer.Cancel) + await server.Http.GetStringAsync("/api.js", TestServer.Cancel);

        Assert.Contains("/openapi/v1.json", page, StringComparison.Ordinal);
        Assert.DoesNotContain("://", page, StringComparison.Ordinal);
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Properties(JsonNode document) =>
        document["components"]!["schemas"]!.AsObject().SelectMany(schema => schema.Value!["properties"]!.AsObject());

    private static IEnumerable<string> References(JsonNode document) => JsonSerializer.Serialize(document).Split("#/components/schemas/").Skip(1).Select(rest => rest[..rest.IndexOf('"', StringComparison.Ordinal)]);
}
