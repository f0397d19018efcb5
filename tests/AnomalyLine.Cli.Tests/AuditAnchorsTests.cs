using AnomalyLine.Cli.Commands;
using AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Tests;

public sealed class AuditAnchorsTests : IDisposable
{
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("anomalyline-anchors-").FullName, "siem.log");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);

    [Fact]
    public async Task FindBroken_ChainThatWasMadeAnewOrCutOff_NamesTheFirstEntryThatIsAnother()
    {
        File.WriteAllLines(_file, ["Nov 30 08:00:01 host other[1]: nothing of ours", Message(2, 'b'), "  " + Message(4, 'd') + " more", $"{{\"sequence\":3,\"user\":\"\",\"previousHash\":\"{new string('b', 64)}\",\"hash\":\"{new string('c', 64)}\"}}"]);
        var anchors = AuditAnchors.Read(_file);

        Assert.Equal(3, anchors.Count);
        Assert.Null(await anchors.FindBrokenAsync(Entries("abcde")));
        Assert.Equal(3ul, (await anchors.FindBrokenAsync(Entries("abXde")))?.Sequence);
        Assert.Contains("the chain was made anew", (await anchors.FindBrokenAsync(Entries("aXcde")))?.Reason, StringComparison.Ordinal);
        Assert.Contains("entry 4 was kept elsewhere and is missing here", (await anchors.FindBrokenAsync(Entries("abc")))?.Reason, StringComparison.Ordinal);
        Assert.Null(await anchors.FindBrokenAsync(Entries("Xbcd")));
    }

    /// <summary>Entries 1 to 3 were removed because they were old enough: the third one's hash stands in the fourth.</summary>
    [Fact]
    public async Task FindBroken_AuditThatWasCut_ComparesTheLastThatWentAndThoseThatAreThere()
    {
        File.WriteAllLines(_file, [Message(1, 'a'), Message(3, 'c'), Message(5, 'e')]);
        var anchors = AuditAnchors.Read(_file);
        Assert.Null(await anchors.FindBrokenAsync(Entries("abcdef").Skip(3), 3));
        Assert.Equal(5ul, (await anchors.FindBrokenAsync(Entries("abcdXf").Skip(3), 3))?.Sequence);
        Assert.Equal(3ul, (await anchors.FindBrokenAsync(Entries("abXdef").Skip(3), 3))?.Sequence);
        Assert.Contains("entry 5 was kept elsewhere and is missing here", (await anchors.FindBrokenAsync(Entries("abcd").Skip(3), 3))?.Reason, StringComparison.Ordinal);

        File.WriteAllLines(_file, [Message(3, 'c')]);
        Assert.Null(await AuditAnchors.Read(_file).FindBrokenAsync(Entries("abcdef").Skip(3), 3));
        Assert.Equal(3ul, (await AuditAnchors.Read(_file).FindBrokenAsync(Entries("abXdef").Skip(3), 3))?.Sequence);
        File.WriteAllLines(_file, [Message(1, 'a')]);
        Assert.Null(await AuditAnchors.Read(_file).FindBrokenAsync(Entries("abXdef").Skip(3), 3));
    }

    [Fact]
    public async Task FindBroken_FileWithTwoHashesOfAnEntry_SaysSo()
    {
        File.WriteAllLines(_file, [Message(2, 'b'), Message(2, 'b'), Message(2, 'c')]);
        Assert.Equal(2ul, (await AuditAnchors.Read(_file).FindBrokenAsync(Entries("ab")))?.Sequence);
    }

    [Fact]
    public void Read_FileWithoutAnEntry_IsRefused()
    {
        File.WriteAllText(_file, "nothing\n");
        Assert.Throws<CommandException>(() => AuditAnchors.Read(_file));
    }

    private static string Message(int sequence, char hash) =>
        $"<109>1 2026-11-30T08:00:00.123000Z line anomalyline - key.add [audit@32473 sequence=\"{sequence}\" hash=\"{new string(hash, 64)}\" previous=\"{new string('0', 64)}\" user=\"\"] \uFEFFtext";

    private static async IAsyncEnumerable<AuditEntry> Entries(string hashes)
    {
        await Task.CompletedTask;
        foreach (var (index, hash) in hashes.Index()) yield return new AuditEntry { Sequence = (ulong)index + 1, Hash = new string(hash, 64), PreviousHash = new string(index > 0 ? hashes[index - 1] : '0', 64) };
    }
}
