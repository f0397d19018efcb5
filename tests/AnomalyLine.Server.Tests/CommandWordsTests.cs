using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Tests;

public sealed class CommandWordsTests
{
    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("--demo --help")]
    public void Answer_Help_IsTheUsage(string line) => Assert.Equal(CommandWords.Usage, CommandWords.Answer(line.Split(' ')));

    [Fact]
    public void Answer_Version_IsThreeNumbers() => Assert.Matches(@"^\d+\.\d+\.\d+$", CommandWords.Answer(["--version"]));

    [Fact]
    public void Check_SettingsWithTheirSections_AreTaken()
    {
        string[] args = ["--AnomalyLine:HttpPort=9000", "--AnomalyLine:GrpcPort", "9001", "--Logging:LogLevel:Default=Warning", "AnomalyLine:DataFolder=/var/lib/line"];
        Assert.Null(CommandWords.Answer(args));
        CommandWords.Check(args);
    }

    [Fact]
    public void Check_WordsThatNothingReads_AreAllNamed()
    {
        var failure = Assert.Throws<InvalidOptionsException>(() => CommandWords.Check(["--HttpPort=9000", "--AnomalyLine:GrpcPort=9001", "--data", "folder"]));
        Assert.Equal(["\"--HttpPort=9000\"", "\"--data\"", "\"folder\""], failure.Errors.Select(error => error.Split(' ')[0]));
    }
}
