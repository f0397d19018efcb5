using System.Globalization;
using AnomalyLine.Management.Models;
using AnomalyLine.Server;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace AnomalyLine.Benchmarks.Loopback;

/// <summary>
/// The other side, in a process of its own: the real server, with an identity detector in the place of any model unless <see cref="RealModels"/> is said, and a bare socket
/// beside it. Says its ports and its local key on standard output, then for each line of standard input what it has allocated so far, and runs until standard input ends.
/// </summary>
internal static class BenchmarkServer
{
    public const string Argument = "serve";

    /// <summary>First of the settings where the server judges with the models that it is given.</summary>
    public const string RealModels = "real-models";

    public static async Task<int> RunAsync(string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("anomalyline-benchmark-").FullName;
        var isReal = settings is [RealModels, ..];
        if (isReal) settings = settings[1..];
        try
        {
            string[] args =
            [
                "--AnomalyLine:HttpPort=0", "--AnomalyLine:GrpcPort=0", "--AnomalyLine:OpcUa:Enabled=false", $"--AnomalyLine:DataFolder={folder}",
                "--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Warning", .. settings,
            ];
            var models = new ModelStore(Path.Combine(folder, "models"), BenchmarkModel.Check);
            await using var app = isReal
                ? ServerHost.Build(args)
                : ServerHost.Build(args, change: services => services.AddSingleton(models).AddSingleton(new DetectorLoader(version => BenchmarkModel.Load(models, version))));
            await app.StartAsync();
            using var sink = new BareSink();
            var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
            await Console.Out.WriteLineAsync($"{addresses.Last()} {sink.Port} {app.Services.GetRequiredService<AccessControl>().LocalKey} {addresses.First()}");
            while (await Console.In.ReadLineAsync() is not null)
                await Console.Out.WriteLineAsync(GC.GetTotalAllocatedBytes(precise: true).ToString(CultureInfo.InvariantCulture));

            await app.StopAsync();
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
