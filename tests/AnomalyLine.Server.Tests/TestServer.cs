using AnomalyLine.Management.Models;
using AnomalyLine.Management.Processes;
using AnomalyLine.Management.Training;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Hosting;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests;

/// <summary>A real server on free loopback ports with its own data folder; its models are identity detectors: a frame's score is its brightest pixel / 255.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    /// <summary>Threshold of the stored models.</summary>
    public const float Threshold = 0.5f;

    private readonly string _folder;
    private readonly WebApplication _app;

    private TestServer(string folder, WebApplication app, Uri http, Uri grpc)
    {
        _folder = folder;
        _app = app;
        Channel = GrpcChannel.ForAddress(grpc, new GrpcChannelOptions { MaxReceiveMessageSize = null, HttpHandler = AsLocalProgram(), DisposeHttpClient = true });
        Http = new HttpClient(AsLocalProgram()) { BaseAddress = http };
        Strangers = new HttpClient { BaseAddress = http };
        GrpcPort = grpc.Port;
        Inspections = new(Channel);
        Stations = new(Channel);
        Recipes = new(Channel);
        Models = new(Channel);
        Training = new(Channel);
        Samples = new(Channel);
        Audit = new(Channel);
        Access = new(Channel);
    }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Port of gRPC.</summary>
    public int GrpcPort { get; }

    /// <summary>As a program on this machine that has read the key in the data folder.</summary>
    public GrpcChannel Channel { get; }

    /// <summary>The same.</summary>
    public HttpClient Http { get; }

    /// <summary>As somebody who has no key.</summary>
    public HttpClient Strangers { get; }

    public Wire.InspectionService.InspectionServiceClient Inspections { get; }

    public Wire.StationService.StationServiceClient Stations { get; }

    public Wire.RecipeService.RecipeServiceClient Recipes { get; }

    public Wire.ModelService.ModelServiceClient Models { get; }

    public Wire.SampleService.SampleServiceClient Samples { get; }

    public Wire.AuditService.AuditServiceClient Audit { get; }

    public Wire.TrainingService.TrainingServiceClient Training { get; }

    public Wire.AccessService.AccessServiceClient Access { get; }

    /// <summary>What it writes to its log, from warnings on.</summary>
    public KeptLog Log => _app.Services.GetRequiredService<KeptLog>();

    /// <summary>Its data folder; a script trainer.sh in it does its jobs, with $OUT as a job's folder.</summary>
    public string Folder => _folder;

    /// <summary>A part of the server itself.</summary>
    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public static Task<TestServer> StartAsync(params string[] settings) => StartAsync(_ => { }, settings);

    /// <summary>The same with other services.</summary>
    public static async Task<TestServer> StartAsync(Action<IServiceCollection> change, params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("anomalyline-server-").FullName;
        string[] args =
        [
            "--AnomalyLine:HttpPort=0", "--AnomalyLine:GrpcPort=0", "--AnomalyLine:OpcUa:Enabled=false", $"--AnomalyLine:DataFolder={folder}",
            "--Logging:LogLevel:Default=Warning", "--AnomalyLine:Line:LogDurability=Normal",
            "--AnomalyLine:Management:ReservedDiskBytes=0", "--AnomalyLine:Management:CollectorShare=1", .. settings,
        ];
        var models = new ModelStore(Path.Combine(folder, "models"), FakeModels.Check);
        var app = ServerHost.Build(args, change: services => change(services.AddSingleton<KeptLog>().AddSingleton<ILoggerProvider>(provider => provider.GetRequiredService<KeptLog>()).AddSingleton(models).AddSingleton(new DetectorLoader(version => FakeModels.Load(models, version)))
            .AddSingleton<TrainerCommand>((work, _) => new ChildCommand("sh", ["-c", $"OUT={Path.GetDirectoryName(work)}; . {folder}/trainer.sh"]))));
        await app.StartAsync(Cancel);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address)).ToList();
        return new TestServer(folder, app, addresses[0], addresses[1]);
    }

    /// <summary>A server with one model, and stations that judge with it.</summary>
    public static Task<TestServer> StartReadyAsync(string[] stations, params string[] settings) => StartReadyAsync(_ => { }, stations, settings);

    /// <summary>The same with other services.</summary>
    public static async Task<TestServer> StartReadyAsync(Action<IServiceCollection> change, string[] stations, params string[] settings)
    {
        var server = await StartAsync(change, settings);
        var version = await server.UploadAsync("one");
        foreach (var station in stations)
        {
            await server.Stations.CreateStationAsync(new() { Name = station }, cancellationToken: Cancel);
            await server.ActivateAsync(station, version);
        }

        return server;
    }

    /// <summary>Stores a model; another content is another version.</summary>
    public async Task<string> UploadAsync(string content, string station = "")
    {
        using var call = Models.UploadModel(cancellationToken: Cancel);
        try
        {
            await call.RequestStream.WriteAsync(new() { Chunk = ByteString.CopyFromUtf8(content), Station = station }, Cancel);
            await call.RequestStream.CompleteAsync();
        }
        catch (RpcException)
        {
            // A server that refuses ends the call without reading this; the answer says why.
        }

        return (await call).Model.Version;
    }

    public async Task<Wire.Recipe> ActivateAsync(string station, string version, string reason = "") =>
        (await Recipes.ActivateRecipeAsync(new() { Station = station, ModelVersion = version, Deadline = new() { Seconds = 30 }, OverrideReason = reason }, cancellationToken: Cancel)).Recipe;

    /// <summary>A 16 x 16 grey frame of one brightness.</summary>
    public static Wire.InspectRequest Request(string station, ulong id, byte brightness) => new()
    {
        RequestId = id,
        Station = station,
        PartId = $"part-{id}",
        Frame = new() { Width = 16, Height = 16, PixelFormat = Wire.PixelFormat.Mono8, Data = ByteString.CopyFrom(Enumerable.Repeat(brightness, 256).ToArray()) },
    };

    /// <summary>Sends frames on one stream and gives the answers in the order of their coming.</summary>
    public async Task<List<Wire.InspectResponse>> InspectAsync(IEnumerable<Wire.InspectRequest> requests)
    {
        using var call = Inspections.Inspect(cancellationToken: Cancel);
        var sending = SendAsync();
        var answers = new List<Wire.InspectResponse>();
        while (await call.ResponseStream.MoveNext(Cancel)) answers.Add(call.ResponseStream.Current);
        await sending;
        return answers;

        async Task SendAsync()
        {
            foreach (var request in requests) await call.RequestStream.WriteAsync(request, Cancel);
            await call.RequestStream.CompleteAsync();
        }
    }

    /// <summary>Runs statements on a database of the data folder from outside.</summary>
    public void RunSql(string database, string sql)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(_folder, database)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public Task StopAsync() => _app.StopAsync(Cancel);

    /// <summary>Sends the local key, unless a test sends another.</summary>
    public LocalProgram AsLocalProgram(HttpMessageHandler? inner = null) => new(Get<AccessControl>().LocalKey, inner ?? new SocketsHttpHandler());

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Strangers.Dispose();
        Channel.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public sealed class LocalProgram(string key, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization ??= new("Bearer", key);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
