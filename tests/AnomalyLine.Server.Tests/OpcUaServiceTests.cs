using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests;

/// <summary>What an export answers where it cannot be made; the export itself is in the end-to-end tests.</summary>
public sealed class OpcUaServiceTests
{
    [Fact]
    public async Task ExportNodeSet_UnknownStation_NotFound()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var failure = await ExportAsync(server, "a", "nowhere");
        Assert.Equal((StatusCode.NotFound, "station-not-found"), (failure.StatusCode, failure.Trailers.GetValue("error-code")));
        Assert.Contains("'nowhere'", failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExportNodeSet_NoBundle_SaysWhatToDo()
    {
        await using var server = await TestServer.StartReadyAsync(["a"], "--AnomalyLine:OpcUa:BundlePath=/nowhere/gateway.mjs");
        var failure = await ExportAsync(server);
        Assert.Equal((StatusCode.FailedPrecondition, "opcua-unavailable"), (failure.StatusCode, failure.Trailers.GetValue("error-code")));
        Assert.Contains("gateway.mjs", failure.Status.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("/nowhere", failure.Status.Detail, StringComparison.Ordinal);
    }

    private static Task<RpcException> ExportAsync(TestServer server, params string[] stations) => Assert.ThrowsAsync<RpcException>(async () =>
        await new Wire.OpcUaService.OpcUaServiceClient(server.Channel).ExportNodeSetAsync(new() { Stations = { stations } }, cancellationToken: TestServer.Cancel));
}
