using System.Net;
using System.Net.Http.Json;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using Google.Protobuf;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests;

/// <summary>What cannot be is refused alike on every way in: gRPC, by which OPC UA comes too, and REST.</summary>
public sealed class WaysInTests
{
    [Fact]
    public async Task Threshold_ThatCannotBe_IsRefusedByEachAndTheRecipeStays()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var before = await RecipeAsync();
        var wrong = new (float Number, object Json)[] { (-1, -1), (-1e-30f, -1e-30), (float.NegativeInfinity, "-Infinity"), (float.NaN, "NaN"), (float.PositiveInfinity, "Infinity") };
        foreach (var (number, json) in wrong)
        {
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await server.Recipes.ActivateRecipeAsync(
                new() { Station = "a", ModelVersion = before.ModelVersion, Threshold = number }, cancellationToken: TestServer.Cancel));
            Assert.Equal((StatusCode.InvalidArgument, "invalid-recipe"), (refused.StatusCode, refused.Trailers.GetValue("error-code")));
            Assert.Contains("the threshold", refused.Status.Detail, StringComparison.Ordinal);

            using var answer = await server.Http.PostAsJsonAsync("/v1/stations/a/recipe", new { modelVersion = before.ModelVersion, threshold = json }, TestServer.Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        Assert.Equal(before, await RecipeAsync());

        async Task<Wire.Recipe> RecipeAsync() => (await server.Recipes.GetRecipeAsync(new() { Station = "a" }, cancellationToken: TestServer.Cancel)).Recipe;
    }

    [Theory]
    [InlineData("a\nb\0c", "")]
    [InlineData("a\u001b[2J", "")]
    [InlineData("a\u202eb", "")]
    [InlineData("", "a\u0007")]
    [InlineData(129, 0)]
    [InlineData(0, 65)]
    public async Task NextPart_ThatCannotBe_IsRefusedByEachAndNothingIsAnnounced(object part, object product)
    {
        var (partId, productId) = (Text(part), Text(product));
        await using var server = await TestServer.StartReadyAsync(["a"]);

        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await server.Stations.SetNextPartAsync(new() { Station = "a", PartId = partId, ProductId = productId }, cancellationToken: TestServer.Cancel));
        Assert.Equal((StatusCode.InvalidArgument, "invalid-part"), (refused.StatusCode, refused.Trailers.GetValue("error-code")));

        using var answer = await server.Http.PostAsJsonAsync("/v1/stations/a:setNextPart", new { partId, productId }, TestServer.Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Null((await server.Stations.ListStationsAsync(new(), cancellationToken: TestServer.Cancel)).Stations[0].NextPart);
    }

    [Fact]
    public async Task NextPart_OfTheLongestNames_IsAnnounced()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var (partId, productId) = (Text(128), Text(64));
        await server.Stations.SetNextPartAsync(new() { Station = "a", PartId = partId, ProductId = productId }, cancellationToken: TestServer.Cancel);
        var announced = (await server.Stations.ListStationsAsync(new(), cancellationToken: TestServer.Cancel)).Stations[0].NextPart;
        Assert.Equal((partId, productId), (announced.PartId, announced.ProductId));
    }

    [Theory]
    [InlineData("a\nb\0c")]
    [InlineData("a\u001b[2J")]
    [InlineData("a\u202eb")]
    [InlineData(129)]
    public async Task ImportedSample_OfAPartThatCannotBe_IsRefusedByEachAndNotKept(object part)
    {
        var partId = Text(part);
        await using var server = await TestServer.StartReadyAsync(["a"]);
        Assert.True(Frame.TryCreate(PixelFormat.Mono8, 16, 16, 0, new byte[256], DateTimeOffset.UnixEpoch, out var frame, out var error), error);
        Assert.True(FrameFile.TryWritePng(frame, out var data, out _, out _, out error), error);

        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await server.Samples.ImportSampleAsync(new() { Station = "a", Data = ByteString.CopyFrom(data), PartId = partId }, cancellationToken: TestServer.Cancel));
        Assert.Equal((StatusCode.InvalidArgument, "invalid-argument"), (refused.StatusCode, refused.Trailers.GetValue("error-code")));
        Assert.Contains("part_id", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Empty((await server.Samples.ListSamplesAsync(new() { Station = "a" }, cancellationToken: TestServer.Cancel)).Samples);
    }

    /// <summary>A text as it is, or one of so many characters.</summary>
    private static string Text(object text) => text is int length ? new string('x', length) : (string)text;
}
