using AnomalyLine.Detection;
using AnomalyLine.Server.Options;
using Microsoft.Extensions.Configuration;

namespace AnomalyLine.Server.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void Read_ManyErrors_AllAtOnceWithTheirNames()
    {
        var failure = Assert.Throws<InvalidOptionsException>(() => Read(
            ("BindAddress", "here"), ("HttpPort", "70000"), ("GrpcPort", "many"), ("DataFolder", " "), ("HtpPort", "1"), ("MaxFramesInFlightPerStream", "0"),
            ("Line:MaxBatchSize", "0"), ("Line:MaxBatchDelay", "soon"), ("Line:EngineThreads", "-1"), ("Line:TensorFloat32", "perhaps"), ("Line:Card:Provider", "Amd"), ("Line:Card:CudaGraphs", "often"), ("Line:Card:Devices", "0, x"), ("Line:Card:MemoryLimitBytes", "5"), ("Management:ConnectionString", "Colour=red"), ("Management:ReservedDiskBytes", "-1"), ("Management:CollectorShare", "0"),
            ("OpcUa:Laboratory", "true"), ("OpcUa:Host", "0.0.0.0"), ("OpcUa:Port", "-1")));

        foreach (var name in new[]
        {
            "AnomalyLine:BindAddress", "AnomalyLine:HttpPort", "AnomalyLine:GrpcPort", "AnomalyLine:DataFolder", "AnomalyLine:HtpPort", "AnomalyLine:MaxFramesInFlightPerStream",
            "AnomalyLine:Line:MaxBatchSize", "AnomalyLine:Line:MaxBatchDelay", "AnomalyLine:Line:EngineThreads", "AnomalyLine:Line:TensorFloat32", "AnomalyLine:Line:Card:Provider", "AnomalyLine:Line:Card:CudaGraphs", "AnomalyLine:Line:Card:Devices", "AnomalyLine:Line:Card:MemoryLimitBytes", "AnomalyLine:OpcUa:Laboratory", "AnomalyLine:OpcUa:Port",
            "AnomalyLine:Management:ConnectionString", "AnomalyLine:Management:ReservedDiskBytes", "AnomalyLine:Management:CollectorShare",
        })
        {
            Assert.Contains(failure.Errors, error => error.StartsWith(name + " ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Read_Nothing_DefaultsOnThisMachineAlone()
    {
        var options = Read();

        Assert.Equal(("127.0.0.1", 8080, 8081, "127.0.0.1", 4840, false), (options.BindAddress, options.HttpPort, options.GrpcPort, options.OpcUa.Host, options.OpcUa.Port, options.OpcUa.Laboratory));
        Assert.Equal(Path.GetFullPath("data"), options.Line.DataFolder);
        Assert.Equal(Path.GetFullPath("data/tensorrt"), options.Line.Card.CacheFolder);
        Assert.Equal((CardProvider.Cuda, "0", 0L, false, false), (options.Line.Card.Provider, string.Join(' ', options.Line.Card.DeviceNumbers), options.Line.Card.MemoryLimitBytes, options.Line.Card.CudaGraphs, options.Line.Card.CopyStream));
    }

    [Fact]
    public void Read_TrustByAddressOfEarlierReleases_SaysWhatIsInItsPlace() =>
        Assert.Contains("TrustLocal is gone, take it out", Assert.Throws<InvalidOptionsException>(() => Read(("Access:TrustLocal", "true"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_SamePortTwice_Error() =>
        Assert.Contains("are both 9000", Assert.Throws<InvalidOptionsException>(() => Read(("HttpPort", "9000"), ("GrpcPort", "9000"))).Message, StringComparison.Ordinal);

    private static AnomalyLineOptions Read(params (string Name, string Value)[] settings) => OptionsReader.Read(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>($"AnomalyLine:{setting.Name}", setting.Value))).Build());
}
