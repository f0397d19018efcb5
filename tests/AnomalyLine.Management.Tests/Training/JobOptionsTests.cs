using AnomalyLine.Management.Training;

namespace AnomalyLine.Management.Tests.Training;

public sealed class JobOptionsTests
{
    [Fact]
    public void Read_ValueWithLineEndAndEqualsSign_IsOneOption()
    {
        var kept = JobOptions.Write(new Dictionary<string, string> { ["size"] = "64\nepochs=1000", ["a=b"] = "\"{" });

        Assert.Equal([KeyValuePair.Create("size", "64\nepochs=1000"), KeyValuePair.Create("a=b", "\"{")], JobOptions.Read(kept));
    }

    [Fact]
    public void Read_LinesOfAnOlderJob_AreItsOptions()
    {
        Assert.Equal([KeyValuePair.Create("size", "64"), KeyValuePair.Create("from", "a=b")], JobOptions.Read("size=32\nfrom=a=b\nsize=64").OrderByDescending(option => option.Key));
        Assert.Empty(JobOptions.Read(""));
        Assert.Equal("", JobOptions.Write(new Dictionary<string, string>()));
    }

    [Fact]
    public void Check_OptionWithLineEnd_IsRefusedAsOneValue()
    {
        var job = new TrainingJob { Station = "s", Method = "ae-l2", Options = JobOptions.Write(new Dictionary<string, string> { ["size"] = "64\nlearningRate=5" }) };

        Assert.Equal("options", Assert.Single(JobStore.Check(job)).Field);
    }

    [Fact]
    public void Check_Clips_AreRefusedAsSamplesAreSingleFrames()
    {
        var job = new TrainingJob { Station = "s", Method = "memae", Options = JobOptions.Write(new Dictionary<string, string> { ["clip"] = "4" }) };

        var fault = Assert.Single(JobStore.Check(job));
        Assert.Equal(("options", JobFaultKind.ClipOfSamples), (fault.Field, fault.Kind));
        Assert.Contains("clip is 4, but samples are single frames", fault.Message, StringComparison.Ordinal);
        Assert.Empty(JobStore.Check(job with { Options = JobOptions.Write(new Dictionary<string, string> { ["clip"] = "1" }) }));
    }
}
