using AnomalyLine.Management.Access;
using AnomalyLine.Management.Activation;
using AnomalyLine.Management.Alarms;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Drift;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Production;
using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Schedules;
using AnomalyLine.Management.Shadow;
using AnomalyLine.Management.Signing;
using AnomalyLine.Management.Storage;
using AnomalyLine.Management.Training;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Alarms;
using AnomalyLine.Server.Buffers;
using AnomalyLine.Server.Cameras;
using AnomalyLine.Server.Console;
using AnomalyLine.Server.Demo;
using AnomalyLine.Server.Forwarding;
using AnomalyLine.Server.Grpc;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.Http;
using AnomalyLine.Server.Memory;
using AnomalyLine.Server.Mqtt;
using AnomalyLine.Server.Observability;
using AnomalyLine.Server.OpcUaGateway;
using AnomalyLine.Server.Options;
using AnomalyLine.Server.Pictures;
using AnomalyLine.Server.Rest;
using AnomalyLine.Server.Syslog;
using AnomalyLine.Server.Webhooks;
using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.HttpOverrides;

namespace AnomalyLine.Server;

/// <summary>Puts the server together.</summary>
internal static class ServerHost
{
    /// <summary>Threads of the pool that are started without a pause: those of a few calls that hash a password or read the log, and more.</summary>
    private const int LeastThreads = 16;

    private const int MaxPictureMessageBytes = 68 * 1024 * 1024, MaxChunkMessageBytes = 2 * 1024 * 1024;

    /// <summary>A server that is ready to run.</summary>
    /// <param name="args">Command line: options as --AnomalyLine:HttpPort=8080.</param>
    /// <param name="demo">The demonstration to run on it; null for none.</param>
    /// <param name="change">Last word on its services, for tests.</param>
    /// <exception cref="InvalidOptionsException">The configuration is wrong.</exception>
    public static WebApplication Build(string[] args, DemoOptions? demo = null, Action<IServiceCollection>? change = null)
    {
        // Beyond as many threads as cores the pool starts others only after half a second, in which a camera's answer would wait for whatever has the first ones.
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, LeastThreads), ports);

        // The settings and the page's files lie beside the program, wherever it was started from.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(ServerHost).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        if (demo is not null) builder.Configuration.AddInMemoryCollection(demo.ToSettings());
        var options = OptionsReader.Read(builder.Configuration);
        HomeFolder.Ensure(options.DataFolder);
        builder.WebHost.UseLinePorts(options);
        builder.WebHost.UseStaticWebAssets();
        builder.AddObservability(forPeople: demo is not null || builder.Environment.IsDevelopment());
        AddLine(builder.Services, options);
        AddAccess(builder.Services, options, isDemo: demo is not null);
        AddManagement(builder.Services, options);
        AddGateway(builder.Services, options);
        builder.Services.AddSingleton<SyslogForwarder>();
        if (options.Syslog.Enabled) builder.Services.AddHostedService(provider => provider.GetRequiredService<SyslogForwarder>());
        builder.Services.AddSingleton<ForwardingMetrics>().AddSingleton<IReceivers, MqttReceivers>().AddSingleton<IReceivers, WebhookReceivers>();
        builder.Services.AddHostedService<ForwardingHost>();
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, FrameBlockPoolFactory>();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = CallRule.UsualMostBytes;
            grpc.Interceptors.Add<AccessInterceptor>();
        }).AddJsonTranscoding(RestSetup.Configure)
            .AddServiceOptions<FrameService>(service => service.MaxReceiveMessageSize = CameraStream.MaxMessageBytes)
            .AddServiceOptions<SampleService>(service => service.MaxReceiveMessageSize = MaxPictureMessageBytes)
            .AddServiceOptions<ModelService>(service => service.MaxReceiveMessageSize = MaxChunkMessageBytes);
        builder.Services.AddSingleton<ProcessPulse>();
        builder.Services.AddSingleton<IServiceMethodProvider<FrameService>, FrameService.Methods>();
        builder.Services.AddGrpcReflection();
        builder.Services.AddLocalization().AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddSingleton(new DemoProgress(demo is not null));
        if (demo is not null) builder.Services.AddSingleton(demo).AddSingleton<DemoCamera>().AddHostedService<DemoLine>();
        change?.Invoke(builder.Services);
        var app = builder.Build();
        Map(app);
        return app;
    }

    private static void AddLine(IServiceCollection services, AnomalyLineOptions options)
    {
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(8));
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new TrustedSigners(options.DataFolder));
        services.AddSingleton(provider => new ModelTrust(options.DataFolder, options.Management.ModelSignatures, provider.GetRequiredService<TrustedSigners>()));
        services.AddSingleton(provider => new ModelStore(Path.Combine(options.DataFolder, "models"), trust: provider.GetRequiredService<ModelTrust>(), reservedBytes: options.Management.ReservedDiskBytes));
        services.AddHostedService<SignerHost>();
        var machine = new MachineMemory();
        options.Line.EvidenceBytes ??= MemoryBudget.MostOf(options.Limits, machine) / 4;
        services.AddSingleton(machine).AddSingleton<MemoryBudget>();
        services.AddHostedService(provider => provider.GetRequiredService<MemoryBudget>());
        services.AddSingleton<SharedMemory>().AddHostedService(provider => provider.GetRequiredService<SharedMemory>());
        services.AddSingleton<DetectorLoader>(provider => new DetectorLoader(
            provider.GetRequiredService<ModelStore>(), options.Line, provider.GetRequiredService<ILogger<DetectorLoader>>()));
        services.AddSingleton<Decoders>().AddSingleton<LineHost>();
        services.AddHostedService(provider => provider.GetRequiredService<LineHost>());
        services.AddSingleton<PictureMaker>().AddSingleton<ModelPictures>();
        services.AddSingleton<ConnectedCameras>().AddSingleton<AttachedCameras>();
        services.AddSingleton<EvidenceFile>();
        services.AddSingleton<Feedback>();
        services.AddSingleton<RecentInspections>();
        services.AddHostedService(provider => provider.GetRequiredService<RecentInspections>());
    }

    private static void AddAccess(IServiceCollection services, AnomalyLineOptions options, bool isDemo)
    {
        services.AddSingleton(provider => new AccessControl(options, isDemo, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<SessionTable>>()));
        services.AddSingleton(provider => new TlsFiles(options.Tls, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<TlsFiles>>()));
        services.AddSingleton<AccessInterceptor>().AddSingleton<RefusalLog>().AddSingleton<SignInThrottle>().AddSingleton<PasswordCheck>().AddSingleton<Accounts>().AddSingleton<OwnPassword>().AddSingleton<SecondFactorSignIn>().AddSingleton<OwnSecondFactor>().AddSingleton<Setup>();
        services.AddHostedService(provider => provider.GetRequiredService<Setup>());
        services.AddHostedService<LocalPrograms>().AddHostedService<AccountEdits>();
        // Forms and open pages of before a restart are known after it.
        services.AddDataProtection().SetApplicationName("AnomalyLine").PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(options.DataFolder, SessionFile.KeyFolder)));
        services.AddAuthentication(Identity.Scheme).AddScheme<AuthenticationSchemeOptions, CallerHandler>(Identity.Scheme, configureOptions: null);
        services.AddAuthorization(authorization => authorization.FallbackPolicy = PermissionHandler.Policy);
        services.AddSingleton<IAuthorizationHandler, PermissionHandler>().AddSingleton<IAuthorizationMiddlewareResultHandler, AccessAnswers>();
        services.AddSingleton<FormAnswers>().AddSingleton<DownloadLog>();
        services.AddScoped<Visitor>();
        if (options.Access.OpenId.Enabled) services.AddOpenId(options.Access.OpenId);
    }

    private static void AddManagement(IServiceCollection services, AnomalyLineOptions options)
    {
        services.AddSingleton(provider => new ManagementDatabase(options.Management, options.DataFolder, provider.GetRequiredService<ILogger<ManagementDatabase>>()));
        services.AddSingleton(provider => new AuditSeal(options.DataFolder, provider.GetRequiredService<ILogger<AuditSeal>>())).AddSingleton<AuditLog>();
        services.AddSingleton(provider => new AuditCuts(options.DataFolder, provider.GetRequiredService<TrustedSigners>()));
        services.AddSingleton(options.Management);
        services.AddSingleton(new SampleFiles(options.DataFolder, options.Management.ReservedDiskBytes));
        services.AddSingleton<SampleStore>().AddSingleton<ReviewHistory>().AddSingleton<DefectKindList>().AddSingleton<SampleImport>();
        services.AddSingleton<SampleCollector>();
        services.AddSingleton(provider => new SampleGuard(
            provider.GetRequiredService<SampleStore>(), provider.GetRequiredService<ModelStore>(), provider.GetRequiredService<DetectorLoader>().Load, options.DataFolder, provider.GetService<TrainerCommand>()));
        services.AddSingleton(provider => new RecipeChange(
            () => provider.GetRequiredService<LineHost>().Line, provider.GetRequiredService<ModelStore>(),
                provider.GetRequiredService<ModelRegistry>(),
            provider.GetRequiredService<ShadowRun>(), provider.GetRequiredService<AuditLog>(), provider.GetRequiredService<ManagementDatabase>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RecipeChange>>()));
        services.AddSingleton<StationChange>();
        services.AddHostedService<ManagementHost>();
        if (options.Management.AuditRetention is not null) services.AddHostedService<AuditRetention>();
        services.AddSingleton(provider => new StoredModels(
            () => provider.GetRequiredService<LineHost>().Line, provider.GetRequiredService<ModelStore>(),
                provider.GetRequiredService<ModelRegistry>(),
            provider.GetRequiredService<ShadowRun>(), provider.GetRequiredService<JobQueue>(), provider.GetRequiredService<RecipeChange>(),
            provider.GetRequiredService<AuditLog>(), provider.GetRequiredService<ManagementDatabase>()));
        services.AddSingleton<ModelRegistry>().AddSingleton<JobStore>();
        services.AddSingleton(provider => new ScheduleRun(
            provider.GetRequiredService<ManagementDatabase>(), provider.GetRequiredService<JobStore>(), provider.GetRequiredService<AuditLog>(),
            name => provider.GetRequiredService<LineHost>().FindStation(name) is not null, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new JobInput(provider.GetRequiredService<ManagementDatabase>(), provider.GetRequiredService<SampleFiles>().PathOf));
        services.AddSingleton(provider => new JobQueue(
            provider.GetRequiredService<JobStore>(), provider.GetRequiredService<JobInput>(), provider.GetRequiredService<ModelStore>(), provider.GetRequiredService<ModelRegistry>(),
            provider.GetRequiredService<SampleStore>(),
            new JobLine((station, product) => provider.GetRequiredService<LineHost>().Line.GetRecipe(station, product).TryGet(out var recipe, out _) ? recipe : null, provider.GetRequiredService<LineHost>().StationsOf),
            options.DataFolder, options.Management.ReservedDiskBytes,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<JobQueue>>(), provider.GetService<TrainerCommand>()));
        services.AddSingleton(provider => new ShadowRun(
            provider.GetRequiredService<DetectorLoader>().Load, version => provider.GetRequiredService<ModelStore>().Find(version)?.Manifest.Calibration,
            station => provider.GetRequiredService<LineHost>().Line.GetStation(station).TryGet(out var status, out _) && status.QueueLength == 0,
            provider.GetRequiredService<ManagementDatabase>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(options.Drift);
        services.AddSingleton(provider => new DriftWatch(options.Drift, provider.GetRequiredService<ModelStore>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<DriftWatch>>(), provider.GetRequiredService<ManagementDatabase>()));
        services.AddHostedService<TrainingHost>();
        services.AddSingleton<AlarmList>().AddSingleton(provider => new AlarmSources(
            options, provider.GetRequiredService<LineHost>(), provider.GetRequiredService<DriftWatch>(), provider.GetRequiredService<SampleCollector>(),
            provider.GetRequiredService<JobStore>(), provider.GetRequiredService<GatewaySupervisor>(),
            options.Tls.Enabled ? provider.GetRequiredService<TlsFiles>() : null, provider.GetRequiredService<AlarmList>(), provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<AlarmHost>();
        services.AddSingleton(new PlantCalendar(options.Plant)).AddSingleton(provider => new ProductionReports(
            () => provider.GetRequiredService<LineHost>().Line, provider.GetRequiredService<ManagementDatabase>(), provider.GetRequiredService<PlantCalendar>(), provider.GetRequiredService<TimeProvider>()));
    }

    private static void AddGateway(IServiceCollection services, AnomalyLineOptions options)
    {
        services.AddSingleton(provider => new GatewaySupervisor(
            options.OpcUa.Enabled, options.OpcUa.Endpoint, () => GatewayCommand.Create(options, provider.GetRequiredService<AccessControl>().GatewayKey),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<GatewaySupervisor>>()));
        services.AddHostedService(provider => provider.GetRequiredService<GatewaySupervisor>());
        services.AddSingleton<NodeSetExport>();
    }

    /// <summary>What a proxy that is known says of who called it and how; without one nothing is believed.</summary>
    private static void UseProxies(WebApplication app, AccessOptions access)
    {
        if (access.ProxyNetworks.Count == 0) return;
        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in access.ProxyNetworks) forwarded.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(forwarded);
    }

    private static void Map(WebApplication app)
    {
        UseProxies(app, app.Services.GetRequiredService<AnomalyLineOptions>().Access);
        app.UseSecurityHeaders();
        app.UseLanguages();
        app.UseTimeZones();
        // A person gets a page that helps; a program gets the bare status, as everywhere.
        app.UseStatusCodePagesWithReExecute("/not-found");
        app.Use((context, next) =>
        {
            if (context.Features.Get<IStatusCodePagesFeature>() is { } pages)
                pages.Enabled = HttpMethods.IsGet(context.Request.Method) && context.GetEndpoint() is null && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);
            return next(context);
        });
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseMiddleware<MemoryMiddleware>();
        app.UseMiddleware<RestMiddleware>();
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapGrpcService<InspectionService>();

        // Before the same call as it was generated, which answers that nobody made it.
        app.MapGrpcService<FrameService>().Add(static endpoint => ((RouteEndpointBuilder)endpoint).Order = -1);
        app.MapGrpcService<CameraService>();
        app.MapGrpcService<StationService>();
        app.MapGrpcService<RecipeService>();
        app.MapGrpcService<ModelService>();
        app.MapGrpcService<SampleService>();
        app.MapGrpcService<AuditService>();
        app.MapGrpcService<TrainingService>();
        app.MapGrpcService<AlarmService>();
        app.MapGrpcService<ProductionService>();
        app.MapGrpcService<OpcUaService>();
        app.MapGrpcService<AccessService>();
        app.MapGrpcReflectionService();
        app.MapSignIn();
        app.MapWall();
        if (app.Services.GetRequiredService<AnomalyLineOptions>().Access.OpenId.Enabled) app.MapOpenId();
        app.MapRestDescription();
        app.MapInspectionCsv();
        app.MapProductionCsv();
        app.MapObservability();
        app.MapPictures();
        app.MapGate();
        app.MapJobLogs();
        app.MapBackup();
        app.MapAudit();
        app.MapListCsv();
        app.MapModelFiles();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode().Add(static endpoint =>
        {
            // Kestrel sends no body for HEAD, whatever a page writes.
            if (endpoint.Metadata.OfType<ComponentTypeMetadata>().Any()) endpoint.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head, HttpMethods.Post]));
        });
    }
}
