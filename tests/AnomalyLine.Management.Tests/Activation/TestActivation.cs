using AnomalyLine.Detection.Models;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Activation;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Shadow;
using AnomalyLine.Management.Storage;
using AnomalyLine.Management.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnomalyLine.Management.Tests.Activation;

/// <summary>
/// A line with its log, a model store and a management database in one folder, as a server has them. Model files are texts; "broken" cannot be
/// loaded to judge.
/// </summary>
internal sealed class TestActivation : IAsyncDisposable
{
    private readonly TestDatabase _test;
    private ManagementDatabase _database;
    private Line? _line;

    private TestActivation(TestDatabase test)
    {
        (_test, _database) = (test, test.Database);
        Models = new ModelStore(Path.Combine(test.Folder, "models"), _ => Manifest);
    }

    public static Calibration Calibration => new(0.5f, 0.75f, 0.05, 0.05, true, 20, "twenty normals");

    public static ModelManifest Manifest => new()
    {
        FormatVersion = 1,
        Method = "identity",
        Preset = "fast",
        Options = [],
        Input = new InputSpec(16, 16, 1),
        Seed = 1,
        TrainingSet = new TrainingSet(10, new string('0', 64)),
        Calibration = Calibration,
        Metrics = new Dictionary<string, double>(),
        Libraries = new Dictionary<string, string>(),
        CreationTime = DateTimeOffset.UnixEpoch,
        References = [],
        Files = new Dictionary<string, string>(),
    };

    public static Caller Bob => new("bob", "test");

    public Line Line => _line!;

    public ModelStore Models { get; }

    public TestDatabase Base => _test;

    public ManagementDatabase Database => _database;

    public AuditLog Audit { get; private set; } = null!;

    public ModelRegistry Registry { get; private set; } = null!;

    public ShadowRun Shadows { get; private set; } = null!;

    public RecipeChange Change { get; private set; } = null!;

    /// <summary>Called with the version of each model that the line loads, on the model's own thread.</summary>
    public Action<string> Loading { get; set; } = _ => { };

    private static CancellationToken Cancel => TestDatabase.Cancel;

    public static async Task<TestActivation> CreateAsync(DatabaseKind kind, PostgresServer postgres, params string[] stations)
    {
        var test = new TestActivation(await TestDatabase.CreateAsync(kind, postgres));
        await test.OpenAsync();
        foreach (var station in stations) Assert.Null((await test.Line.CreateStationAsync(station, Cancel)).Error);
        return test;
    }

    /// <summary>What another process left in a folder.</summary>
    public static async Task<TestActivation> OpenAsync(string folder)
    {
        var test = new TestActivation(TestDatabase.Of(folder));
        await test.OpenAsync();
        return test;
    }

    /// <summary>The version of a model of this text, stored.</summary>
    public async Task<string> StoreAsync(string text)
    {
        using var file = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        return (await Models.AddAsync(file, Cancel)).Version;
    }

    /// <summary>A model that the gate compared with another one for a product.</summary>
    public async Task<string> CandidateAsync(string text, string against, bool passes = true, string station = "s", string product = "")
    {
        var version = await StoreAsync(text);
        var gate = new GateOutcome { Against = against, Passes = passes, Summary = passes ? "fine" : "Of 80 normals 9 are rejected." };
        Assert.Null((await Registry.RegisterAsync(station, product, Models.Find(version)!, 7, gate, TestDatabase.Somebody, Cancel)).Error);
        return version;
    }

    public Task<Outcome<Recipe>> ActivateAsync(string version, string reason = "", string product = "", int? expected = null, Caller? caller = null,
        string station = "s") =>
        Change.ActivateAsync(
            station, product, version, calibration => RecipeOf(station, product, version, calibration),
                new ChangeRequest(caller ?? TestDatabase.Somebody, reason, expected), Cancel);

    public static Recipe RecipeOf(string station, string product, string version, Calibration calibration) =>
        new(station, 0, version, calibration.Threshold, calibration.PixelThreshold, null, TimeSpan.FromSeconds(30)) { ProductId = product };

    public async Task<IReadOnlyList<(string ProductId, string Version, ModelStage Stage)>> StagesAsync(string station = "s") =>
        [.. (await Registry.ListAsync(station, Cancel)).Value.Select(version => (version.ProductId, version.Version, version.Stage))];

    public async Task<IReadOnlyList<AuditEntry>> AuditAsync(string action) =>
        [.. (await Audit.ListAsync(0, null, 1000, Cancel)).Value.Where(entry => entry.Action == action)];

    public async Task<int> PendingAsync() =>
        (await _database.ReadAsync<int>((context, _) => Task.FromResult<Outcome<int>>(context.Set<PendingChange>().Count()), Cancel)).Value;

    /// <summary>As after a restart of the server.</summary>
    public async Task RestartAsync()
    {
        if (_line is not null) await _line.DisposeAsync();
        _database = _test.Open();
        await OpenAsync();
        Assert.Null(await Change.ReconcileAsync(Cancel));
    }

    public async ValueTask DisposeAsync()
    {
        if (_line is not null) await _line.DisposeAsync();
        if (_database != _test.Database) await _database.DisposeAsync();
        await _test.DisposeAsync();
    }

    private async Task OpenAsync()
    {
        _line = await Line.OpenAsync(new LineOptions { DataFolder = _test.Folder }, Load, TimeProvider.System, NullLoggerFactory.Instance, Cancel);
        Audit = new AuditLog(_database, _test.Time);
        Registry = new ModelRegistry(_database, Audit, _test.Time);
        Shadows = new ShadowRun(version => new NamedDetector(version), version => Models.Find(version)?.Manifest.Calibration, _ => true, _database,
            _test.Time);
        Change = new RecipeChange(() => Line, Models, Registry, Shadows, Audit, _database, _test.Time, NullLogger<RecipeChange>.Instance);
    }

    private NamedDetector Load(string version)
    {
        Loading(version);
        if (File.ReadAllText(Models.GetPath(version)) == "broken") throw new ModelFileException($"{version}: broken.");
        return new NamedDetector(version);
    }
}
