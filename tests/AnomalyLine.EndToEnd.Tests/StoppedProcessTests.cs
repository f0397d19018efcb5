using AnomalyLine.Contracts.V1;
using AnomalyLine.EndToEnd.Tests.Harness;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace AnomalyLine.EndToEnd.Tests;

/// <summary>A server that stands still, as under a debugger or on a machine that swaps, and goes on.</summary>
public sealed class StoppedProcessTests(TrainedModel model)
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_stand = TimeSpan.FromSeconds(3);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Server_StoppedAndContinued_FramesThatWaitedAreNotDecidableAndLaterOnesAreJudged()
    {
        using var folder = new TemporaryFolder();
        await using var server = new ServerProcess(folder["data"], hasOpcUa: false);
        await server.StartAsync();
        var client = new LineClient(server.Channel);
        var uploaded = await client.UploadAsync(model.Path);
        await client.Stations.CreateStationAsync(new() { Name = "s" }, cancellationToken: Cancel);
        await client.Recipes.ActivateRecipeAsync(
            new() { Station = "s", ModelVersion = uploaded.Version, Threshold = 1.25f * uploaded.Threshold, Deadline = Duration.FromTimeSpan(s_deadline) },
            cancellationToken: Cancel);
        using var call = client.Inspections.Inspect(cancellationToken: Cancel);
        await UntilOkAsync(call, 1);

        server.Running.Suspend();
        for (ulong id = 100; id < 105; id++) await call.RequestStream.WriteAsync(Request(id), Cancel);
        using (var stand = new PeriodicTimer(s_stand)) await stand.WaitForNextTickAsync(Cancel);
        server.Running.Resume();

        var answers = new List<Contracts.V1.Inspection>();
        for (var i = 0; i < 5; i++) answers.Add(await NextAsync(call));
        Assert.All(answers, answer => Assert.Equal((Verdict.NotDecidable, ReasonCode.DeadlineExceeded), (answer.Verdict, answer.ReasonCode)));
        Assert.All(answers, answer => Assert.True(answer.Timings.TotalMs > s_deadline.TotalMilliseconds));
        foreach (var answer in answers)
        {
            var found = await client.Inspections.GetInspectionAsync(new() { Station = "s", Sequence = answer.Sequence }, cancellationToken: Cancel);
            var logged = found.Inspection;
            Assert.True(Books.IsSame(answer, logged), $"{answer}\n{logged}");
        }

        await UntilOkAsync(call, 200);
        await call.RequestStream.CompleteAsync();
    }

    /// <summary>Sends frames until one is judged in time.</summary>
    private static async Task UntilOkAsync(AsyncDuplexStreamingCall<InspectRequest, InspectResponse> call, ulong id)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        do
        {
            await call.RequestStream.WriteAsync(Request(id++), Cancel);
            await pace.WaitForNextTickAsync(Cancel);
        }
        while ((await NextAsync(call)).Verdict != Verdict.Ok);
    }

    private static async Task<Contracts.V1.Inspection> NextAsync(AsyncDuplexStreamingCall<InspectRequest, InspectResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel));
        return call.ResponseStream.Current.Inspection;
    }

    private static InspectRequest Request(ulong id) => new() { RequestId = id, Station = "s", PartId = $"{id}", Frame = Parts.Good() };
}
