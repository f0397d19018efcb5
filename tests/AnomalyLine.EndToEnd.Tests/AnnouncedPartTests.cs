using AnomalyLine.Contracts.V1;
using AnomalyLine.EndToEnd.Tests.Harness;

namespace AnomalyLine.EndToEnd.Tests;

/// <summary>A PLC says over OPC UA which part comes next, and a camera that knows nothing of it sends the frame.</summary>
public sealed class AnnouncedPartTests(SharedLine line, TrainedModel model)
{
    private const string Station = "press-8";
    private ulong _requests;

    [Fact]
    public async Task Part_AnnouncedByThePlc_IsJudgedByItsProductAndTold()
    {
        Programs.RequireOpcUa();
        await line.EnsureStartedAsync(model);
        await line.Client.AddStationsAsync(line.Model, Station);
        await line.Client.Recipes.ActivateRecipeAsync(
            new() { Station = Station, ModelVersion = line.Model.Version, Threshold = float.MaxValue, ProductId = "scrap", Deadline = new() { Seconds = 30 } },
            cancellationToken: TestContext.Current.CancellationToken);
        await using var plc = await OpcUaClient.ConnectAsync(line.Server.OpcUaEndpoint, model.ClientPki, $"{Station}.Sequence");

        // The product's recipe takes what the default recipe refuses.
        Assert.Equal("Good", await plc.WriteAsync($"{Station}.NextPartId", "N1"));
        Assert.Equal("Good", await plc.WriteAsync($"{Station}.NextProductId", "scrap"));
        await JudgeAsync(plc, 1, "N1", "scrap", Verdict.Ok);
        Assert.Equal("Good", await plc.CallAsync(Station, "SetNextPart", "N2", ""));
        await JudgeAsync(plc, 2, "N2", "", Verdict.NotOk);
        Assert.Equal("Good", await plc.CallAsync(Station, "SetNextPart", "N3", "unknown"));
        await JudgeAsync(plc, 3, "N3", "unknown", Verdict.NotDecidable);

        // What the guide calls too long, or has a control character, is refused and announces nothing.
        var (longest, product) = (new string('p', 128), new string('q', 64));
        foreach (var wrong in new[] { longest + "p", "a\nb\0c", "a\u001b[2J" })
        {
            Assert.Equal("BadInvalidArgument", await plc.WriteAsync($"{Station}.NextPartId", wrong));
            Assert.Equal("BadInvalidArgument", await plc.CallAsync(Station, "SetNextPart", wrong, ""));
        }

        Assert.Equal("BadInvalidArgument", await plc.WriteAsync($"{Station}.NextProductId", product + "q"));
        Assert.Equal("", (await plc.ReadAsync($"{Station}.NextPartId"))[$"{Station}.NextPartId"].Value.GetString());
        Assert.Equal("Good", await plc.CallAsync(Station, "SetNextPart", longest, product));
        Assert.Equal("Good", await plc.CallAsync(Station, "SetNextPart", "", ""));

        Assert.Equal("BadNotFound", await plc.CallAsync(Station, "SelectRecipe", "unknown"));
        Assert.Equal("Good", await plc.CallAsync(Station, "SelectRecipe", "scrap"));
        await JudgeAsync(plc, 4, "", "scrap", Verdict.Ok);
        Assert.Equal("Good", await plc.CallAsync(Station, "Stop"));
        await JudgeAsync(plc, 5, "", "scrap", Verdict.NotDecidable);
    }

    private async Task JudgeAsync(OpcUaClient plc, uint sequence, string partId, string productId, Verdict verdict)
    {
        var request = new InspectRequest { RequestId = ++_requests, Station = Station, Frame = Parts.Defective() };
        var answer = (await line.Client.InspectAsync(request))[_requests].Inspection;
        Assert.Equal((sequence, partId, productId, verdict), (answer.Sequence, answer.PartId, answer.ProductId, answer.Verdict));

        await plc.UntilAsync(() => plc.Changes.Any(change => change.Status == "Good" && change.Value.GetUInt32() == sequence), TimeSpan.FromSeconds(10), "the tag");
        string[] tags = [.. new[] { "PartId", "ProductId", "Evaluation", "NextPartId" }.Select(tag => $"{Station}.{tag}")];
        var read = await plc.ReadAsync(tags);
        Assert.Equal(
            (partId, productId, (int)verdict, ""),
            (read[tags[0]].Value.GetString(), read[tags[1]].Value.GetString(), read[tags[2]].Value.GetInt32(), read[tags[3]].Value.GetString()));
    }
}
