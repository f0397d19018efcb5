using AnomalyLine.Imaging;

namespace AnomalyLine.Inspection.Tests;

/// <summary>Identities of parts and products with characters that are not text.</summary>
public sealed class PartIdentityTests
{
    public static TheoryData<string, string> ControlCharactersOfEachKind => new()
    {
        { "A\u001b[2J", "A\\u001B[2J" }, { "A\r\nB", "A\\u000D\\u000AB" }, { "\0A", "\\u0000A" }, { "A\u007f", "A\\u007F" }, { "A\u009b1m", "A\\u009B1m" },
        { "A\u202eB", "A\\u202EB" }, { "A\u2067B", "A\\u2067B" }, { "A\u200fB", "A\\u200FB" }, { "A\u2028B", "A\\u2028B" }, { "A\u2029B", "A\\u2029B" },
    };

    [Theory]
    [MemberData(nameof(ControlCharactersOfEachKind))]
    public async Task InspectAsync_ControlCharacterInPart_IsOneInvalidFrameWithItWrittenOut(string partId, string shown)
    {
        await using var line = await new TestLine().OpenAsync("s");

        var record = await line.InspectAsync("s", 1, partId);

        Assert.Equal((Verdict.NotDecidable, ReasonCode.InvalidFrame, shown), (record.Verdict, record.ReasonCode, record.PartId));
        Assert.StartsWith("part_id: has the control character U+", record.ReasonText, StringComparison.Ordinal);
        Assert.Equal([shown], line.ReadAll("s").Select(r => r.PartId));
    }

    [Fact]
    public async Task InspectAsync_ControlCharacterInProduct_IsInvalidFrameThatNamesTheField()
    {
        await using var line = await new TestLine().OpenAsync("s");

        var record = (await line.TryInspectAsync(new InspectionRequest("s", "p", TestLine.Frame(1)) { ProductId = "A\u0007B" })).Value;

        Assert.Equal((ReasonCode.InvalidFrame, "A\\u0007B"), (record.ReasonCode, record.ProductId));
        Assert.Equal("product_id: has the control character U+0007 at position 2; send printable characters only.", record.ReasonText);
    }

    [Fact]
    public async Task InspectAsync_LongPartOfControlCharacters_KeepsTheLimitOfAnIdentity()
    {
        await using var line = await new TestLine().OpenAsync("s");

        Assert.Equal(InspectionRequest.MaxPartIdLength, (await line.InspectAsync("s", 1, new string('\u0001', 100))).PartId.Length);
    }

    [Fact]
    public async Task InspectAsync_ScannersLineEnd_IsTakenOff()
    {
        await using var line = await new TestLine().OpenAsync("s");
        line.Line.SetNextPart("s", "next", null);

        Assert.Equal((Verdict.Ok, "4711"), (await line.InspectAsync("s", 1, "4711\r\n")) is var scanned ? (scanned.Verdict, scanned.PartId) : default);
        Assert.Equal("next", (await line.InspectAsync("s", 1, "\r\n")).PartId);
    }

    [Fact]
    public async Task SetNextPart_ControlCharacters_TrimsAScansEndAndRefusesOthers()
    {
        await using var line = await new TestLine().OpenAsync("s");

        Assert.Equal("4711", line.Line.SetNextPart("s", "4711\r\n", null).Value.Part?.PartId);
        var refused = line.Line.SetNextPart("s", "47\u001b[2J11", null).Error;
        Assert.Equal(LineErrorCode.InvalidPart, refused?.Code);
        Assert.Contains("U+001B at position 3", refused?.Message, StringComparison.Ordinal);
        Assert.Equal(LineErrorCode.InvalidPart, line.Line.SetNextPart("s", null, "A\u202e").Error?.Code);
        Assert.Equal(LineErrorCode.InvalidRecipe, (await line.Line.ActivateRecipeAsync(TestLine.Recipe("s") with { ProductId = "A\u202eB" }, TestLine.Cancellation)).Error?.Code);
    }

    [Fact]
    public void Escape_TextWithoutControlCharacters_IsTheSameString()
    {
        const string Text = "Teil-4711 ß 部品 🙂";
        Assert.Same(Text, ControlCharacters.Escape(Text));
        Assert.Null(ControlCharacters.Check(Text));
    }
}
