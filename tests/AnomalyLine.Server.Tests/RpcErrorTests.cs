using AnomalyLine.Management.Models;
using AnomalyLine.Server.Options;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests;

public sealed class RpcErrorTests
{
    private const string Known = "identity-7692c3ad3540"; // sha256("one")

    private static readonly Dictionary<string, Func<TestServer, Task>> Calls = new(StringComparer.Ordinal)
    {
        ["CreateStation, taken"] = async server => await server.Stations.CreateStationAsync(new() { Name = "a" }),
        ["CreateStation, empty"] = async server => await server.Stations.CreateStationAsync(new()),
        ["CreateStation, slash"] = async server => await server.Stations.CreateStationAsync(new() { Name = "a/b" }),
        ["GetRecipe, no station"] = async server => await server.Recipes.GetRecipeAsync(new() { Station = "x" }),
        ["GetRecipe, no recipe"] = async server => await server.Recipes.GetRecipeAsync(new() { Station = "bare" }),
        ["ActivateRecipe, no version"] = async server => await server.Recipes.ActivateRecipeAsync(new() { Station = "a" }),
        ["ActivateRecipe, no model"] = async server => await server.Recipes.ActivateRecipeAsync(new() { Station = "a", ModelVersion = "../../etc/passwd" }),
        ["ActivateRecipe, no station"] = async server => await server.Recipes.ActivateRecipeAsync(new() { Station = "x", ModelVersion = Known }),
        ["ActivateRecipe, threshold"] = async server => await server.Recipes.ActivateRecipeAsync(new() { Station = "a", ModelVersion = Known, Threshold = float.NaN }),
        ["ActivateRecipe, deadline"] = async server => await server.Recipes.ActivateRecipeAsync(new() { Station = "a", ModelVersion = Known, Deadline = new() { Seconds = 61 } }),
        ["ActivateRecipe, broken deadline"] = async server =>
            await server.Recipes.ActivateRecipeAsync(new() { Station = "a", ModelVersion = Known, Deadline = new() { Seconds = long.MaxValue } }),
        ["ActivateRecipe, left out"] = async server => await server.Recipes.ActivateRecipeAsync(new() { Station = "a", ModelVersion = Known, LeftOut = { new Wire.AreaShape { Kind = Wire.AreaShape.Types.Kind.Polygon, Points = { 1, 2, 3 } } } }),
        ["ActivateRecipe, region"] = async server => await server.Recipes.ActivateRecipeAsync(new() { Station = "a", ModelVersion = Known, RegionOfInterest = new() }),
        ["ActivateRecipe, product"] = async server => await server.Recipes.ActivateRecipeAsync(new() { Station = "a", ModelVersion = Known, ProductId = "a\n" }),
        ["SelectRecipe, nothing"] = async server => await server.Recipes.SelectRecipeAsync(new() { Station = "a" }),
        ["SelectRecipe, product"] = async server => await server.Recipes.SelectRecipeAsync(new() { Station = "a", ProductId = "x" }),
        ["SelectRecipe, revision"] = async server => await server.Recipes.SelectRecipeAsync(new() { Station = "a", Revision = uint.MaxValue }),
        ["SelectRecipe, no reason"] = async server => await server.Recipes.SelectRecipeAsync(new() { Station = "a", Revision = 1 }),
        ["SelectRecipe, stale"] = async server => await server.Recipes.SelectRecipeAsync(new()
        {
            Station = "a",
            Revision = 1,
            Reason = "x",
            ExpectedRevision = 7
        }),
        ["ActivateRecipe, stale"] = async server => await server.Recipes.ActivateRecipeAsync(new()
        {
            Station = "a",
            ModelVersion = Known,
            ExpectedRevision = 0
        }),
        ["SetSensitivity, stale"] = async server => await server.Recipes.SetSensitivityAsync(new()
        {
            Station = "a",
            Sensitivity = 0.1f,
            ExpectedRevision = 2
        }),
        ["RollbackRecipe, first"] = async server => await server.Recipes.RollbackRecipeAsync(new() { Station = "a" }),
        ["ListRecipes, no station"] = async server => await server.Recipes.ListRecipesAsync(new() { Station = "x" }),
        ["StartStation, no station"] = async server => await server.Stations.StartStationAsync(new() { Name = "x" }),
        ["StopStation, no station"] = async server => await server.Stations.StopStationAsync(new() { Name = "x" }),
        ["ResetCounters, no station"] = async server => await server.Stations.ResetCountersAsync(new() { Name = "x" }),
        ["SetNextPart, no station"] = async server => await server.Stations.SetNextPartAsync(new() { Station = "x" }),
        ["SetNextPart, too long"] = async server => await server.Stations.SetNextPartAsync(new() { Station = "a", PartId = new string('x', 129) }),
        ["GetInspection, 0"] = async server => await server.Inspections.GetInspectionAsync(new() { Station = "a" }),
        ["GetInspection, none"] = async server => await server.Inspections.GetInspectionAsync(new() { Station = "a", Sequence = ulong.MaxValue }),
        ["GetInspection, no station"] = async server => await server.Inspections.GetInspectionAsync(new() { Station = "x", Sequence = 1 }),
        ["GetImage, no kind"] = async server => await server.Inspections.GetImageAsync(new() { Station = "a", Sequence = 1 }),
        ["GetImage, none"] = async server => await server.Inspections.GetImageAsync(new() { Station = "a", Sequence = 1, Kind = Wire.ImageKind.Frame }),
        ["GetImage, no station"] = async server => await server.Inspections.GetImageAsync(new() { Station = "x", Sequence = 1, Kind = Wire.ImageKind.Frame }),
        ["Watch, no station"] = server => WatchAsync(server, new() { Stations = { "x" } }),
        ["Watch, ahead"] = server => WatchAsync(server, new() { Cursors = { new Wire.StationCursor { Station = "a", AfterSequence = 5 } } }),
        ["Watch, tail"] = server => WatchAsync(server, new() { Tail = 100_001 }),
        ["Watch, twice"] = server => WatchAsync(server, new() { Cursors = { new Wire.StationCursor { Station = "a" }, new Wire.StationCursor { Station = "a" } } }),
        ["UploadModel, broken"] = async server => await server.UploadAsync("broken"),
        ["UploadModel, chunk"] = async server => await server.UploadAsync(new string('x', (1 << 20) + 1)),
    };

    [Theory]
    [InlineData("CreateStation, taken", StatusCode.AlreadyExists, "station-exists")]
    [InlineData("CreateStation, empty", StatusCode.InvalidArgument, "invalid-station-name")]
    [InlineData("CreateStation, slash", StatusCode.InvalidArgument, "invalid-station-name")]
    [InlineData("GetRecipe, no station", StatusCode.NotFound, "station-not-found")]
    [InlineData("GetRecipe, no recipe", StatusCode.NotFound, "recipe-not-found")]
    [InlineData("ActivateRecipe, no version", StatusCode.InvalidArgument, "invalid-argument")]
    [InlineData("ActivateRecipe, no model", StatusCode.NotFound, "model-not-found")]
    [InlineData("ActivateRecipe, no station", StatusCode.NotFound, "station-not-found")]
    [InlineData("ActivateRecipe, threshold", StatusCode.InvalidArgument, "invalid-recipe")]
    [InlineData("ActivateRecipe, deadline", StatusCode.InvalidArgument, "invalid-recipe")]
    [InlineData("ActivateRecipe, broken deadline", StatusCode.InvalidArgument, "invalid-argument")]
    [InlineData("ActivateRecipe, left out", StatusCode.InvalidArgument, "invalid-recipe")]
    [InlineData("ActivateRecipe, region", StatusCode.InvalidArgument, "invalid-recipe")]
    [InlineData("ActivateRecipe, product", StatusCode.InvalidArgument, "invalid-recipe")]
    [InlineData("SelectRecipe, nothing", StatusCode.InvalidArgument, "invalid-argument")]
    [InlineData("SelectRecipe, product", StatusCode.NotFound, "recipe-not-found")]
    [InlineData("SelectRecipe, revision", StatusCode.NotFound, "recipe-not-found")]
    [InlineData("SelectRecipe, no reason", StatusCode.InvalidArgument, "invalid-recipe")]
    [InlineData("SelectRecipe, stale", StatusCode.Aborted, "recipe-changed")]
    [InlineData("ActivateRecipe, stale", StatusCode.Aborted, "recipe-changed")]
    [InlineData("SetSensitivity, stale", StatusCode.Aborted, "recipe-changed")]
    [InlineData("RollbackRecipe, first", StatusCode.NotFound, "recipe-not-found")]
    [InlineData("ListRecipes, no station", StatusCode.NotFound, "station-not-found")]
    [InlineData("StartStation, no station", StatusCode.NotFound, "station-not-found")]
    [InlineData("StopStation, no station", StatusCode.NotFound, "station-not-found")]
    [InlineData("ResetCounters, no station", StatusCode.NotFound, "station-not-found")]
    [InlineData("SetNextPart, no station", StatusCode.NotFound, "station-not-found")]
    [InlineData("SetNextPart, too long", StatusCode.InvalidArgument, "invalid-part")]
    [InlineData("GetInspection, 0", StatusCode.InvalidArgument, "invalid-argument")]
    [InlineData("GetInspection, none", StatusCode.NotFound, "inspection-not-found")]
    [InlineData("GetInspection, no station", StatusCode.NotFound, null)]
    [InlineData("GetImage, no kind", StatusCode.InvalidArgument, "invalid-argument")]
    [InlineData("GetImage, none", StatusCode.NotFound, "image-not-found")]
    [InlineData("GetImage, no station", StatusCode.NotFound, "station-not-found")]
    [InlineData("Watch, no station", StatusCode.NotFound, "station-not-found")]
    [InlineData("Watch, ahead", StatusCode.OutOfRange, "cursor-ahead")]
    [InlineData("Watch, tail", StatusCode.InvalidArgument, "invalid-watch")]
    [InlineData("Watch, twice", StatusCode.InvalidArgument, "invalid-argument")]
    [InlineData("UploadModel, broken", StatusCode.InvalidArgument, "model-refused")]
    [InlineData("UploadModel, chunk", StatusCode.InvalidArgument, "invalid-argument")]
    public async Task Call_WrongInput_StatusAndWord(string what, StatusCode status, string? word)
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await server.Stations.CreateStationAsync(new() { Name = "bare" }, cancellationToken: TestServer.Cancel);

        var failure = await Assert.ThrowsAsync<RpcException>(() => Calls[what](server));

        Assert.Equal(status, failure.StatusCode);
        if (word is not null) Assert.Equal(word, failure.Trailers.GetValue("error-code"));
        Assert.NotEmpty(failure.Status.Detail);
        Assert.DoesNotContain(server.Folder, failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_ServersFilesAreGoneOrBroken_SaysWhichWithoutWhereTheyAre()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var second = await server.UploadAsync("two");
        File.Delete(server.Get<Management.Models.ModelStore>().GetPath(second));

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await server.ActivateAsync("a", second, "because"));

        Assert.DoesNotContain(server.Folder, failure.Status.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Folder, System.Text.Encoding.UTF8.GetString(failure.Trailers.GetValueBytes("grpc-status-details-bin") ?? []), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Access to the path '/var/lib/anomalyline/users' is denied.", "Access to the path 'users' is denied.")]
    [InlineData("/srv/al/models/m.alm has no manifest; see (/srv/al/x).", "m.alm has no manifest; see (x).")]
    [InlineData("Open http://localhost:8080/setup/a/b or send 1 m/s.", "Open http://localhost:8080/setup/a/b or send 1 m/s.")]
    public void WithoutFolders_Message_KeepsNamesAndAddresses(string message, string expected) => Assert.Equal(expected, Inspection.FilePaths.WithoutFolders(message));

    [Fact]
    public async Task UploadModel_DiskWouldHaveLessThanIsReserved_SaysSoAndKeepsNothing()
    {
        await using var server = await TestServer.StartAsync(services => services.AddSingleton(provider => new ModelStore(
            Path.Combine(provider.GetRequiredService<AnomalyLineOptions>().DataFolder, "models"), FakeModels.Check, reservedBytes: long.MaxValue / 2)));

        var refused = await Assert.ThrowsAsync<RpcException>(() => server.UploadAsync("one"));

        Assert.Equal((StatusCode.Unavailable, "management-failed"), (refused.StatusCode, refused.Trailers.GetValue("error-code")));
        Assert.Contains("stay for the inspection log", refused.Status.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Folder, refused.Status.Detail, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(server.Folder, "models")));
    }

    [Fact]
    public async Task UploadModel_SameFileTwice_OneVersion()
    {
        await using var server = await TestServer.StartAsync();

        var first = await server.UploadAsync("one");
        var second = await server.UploadAsync("one");

        Assert.Equal(Known, first);
        Assert.Equal(first, second);
        var model = Assert.Single((await server.Models.ListModelsAsync(new(), cancellationToken: TestServer.Cancel)).Models);
        Assert.Equal(("identity", 3u, TestServer.Threshold), (model.Method, model.SizeBytes, model.Threshold));
    }

    [Fact]
    public async Task GetImage_RecentInspection_ThreePictures()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await server.InspectAsync([TestServer.Request("a", 1, 250)]);

        foreach (var (kind, type, start) in new[]
        {
            (Wire.ImageKind.Frame, "image/png", "89504E47"), (Wire.ImageKind.Overlay, "image/jpeg", "FFD8FF"), (Wire.ImageKind.AnomalyMap, "image/png", "89504E47"),
        })
        {
            var picture = await server.Inspections.GetImageAsync(new() { Station = "a", Sequence = 1, Kind = kind }, cancellationToken: TestServer.Cancel);
            Assert.Equal(type, picture.ContentType);
            Assert.StartsWith(start, Convert.ToHexString(picture.Data.Span), StringComparison.Ordinal);
        }
    }

    private static async Task WatchAsync(TestServer server, Wire.WatchInspectionsRequest request)
    {
        using var call = server.Inspections.WatchInspections(request);
        await call.ResponseStream.MoveNext(TestServer.Cancel);
    }
}
