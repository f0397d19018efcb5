using AnomalyLine.Inspection;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Processes;
using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Tests.Storage;
using AnomalyLine.Management.Training;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnomalyLine.Management.Tests.Training;

/// <summary>A queue of jobs on a database of its own, whose trainer is a shell script: $WORK is its work file, $OUT its job's folder.</summary>
internal sealed class TestJobs : IAsyncDisposable
{
    private readonly TestDatabase _test;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    private TestJobs(TestDatabase test, string baseData)
    {
        _test = test;
        Directory.CreateDirectory(Path.Combine(test.Folder, "datasets"));
        Directory.CreateSymbolicLink(Path.Combine(test.Folder, "datasets", "parts"), baseData);
        Store = new ModelStore(Path.Combine(test.Folder, "models"));
        Registry = new ModelRegistry(test.Database, test.Audit, test.Time);
        Jobs = new JobStore(test.Database, test.Audit, test.Time);
        Queue = null!;
    }

    public ModelStore Store { get; }

    public ModelRegistry Registry { get; }

    public JobStore Jobs { get; private set; }

    public JobQueue Queue { get; private set; }

    public TestDatabase Test => _test;

    public Recipe? Active { get; set; }

    public IReadOnlyList<string> ProductStations { get; set; } = [];

    public long Reserved { get; set; }

    public static async Task<TestJobs> CreateAsync(PostgresServer postgres, SmallModels models) =>
        new(await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres), models.Data);

    /// <summary>Runs the queue with this script as trainer, as after a start of the server.</summary>
    public void Start(string script)
    {
        _stop = new CancellationTokenSource();
        Jobs = new JobStore(_test.Database, _test.Audit, _test.Time);
        Queue = new JobQueue(
            Jobs, new JobInput(_test.Database, PathOf), Store, Registry, new SampleStore(_test.Database, new SampleFiles(_test.Folder, 0), _test.Audit, _test.Time), new JobLine((_, _) => Active, _ => ProductStations), _test.Folder, Reserved, _test.Time, NullLogger<JobQueue>.Instance,
            (work, _) => new ChildCommand("sh", ["-c", $"WORK={work}; OUT={Path.GetDirectoryName(work)}; {script}"]));
        _running = Task.Run(() => Queue.RunAsync(_stop.Token));
    }

    /// <summary>Ends the queue as the end of the server does.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(30)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public static TrainingJob Draft(string baseData = "parts") => new() { Station = "press-1", Method = "ae-l2", Preset = "fast", BaseData = baseData };

    public async Task<TrainingJob> AddAsync(TrainingJob draft) => (await Jobs.AddAsync(draft, TestDatabase.Somebody, TestDatabase.Cancel)).Value;

    /// <summary>The job once the condition holds.</summary>
    public async Task<TrainingJob> UntilAsync(long id, Func<TrainingJob, bool> condition)
    {
        while (true)
        {
            var changed = Jobs.Changed;
            var job = (await Jobs.GetAsync(id, TestDatabase.Cancel)).Value;
            if (condition(job)) return job;
            Assert.False(job.IsOver, $"{job.State}: {job.Message}");
            await changed.WaitAsync(TimeSpan.FromSeconds(60), TestDatabase.Cancel);
        }
    }

    /// <summary>A job's frames go just after it is over.</summary>
    public async Task UntilDataIsGoneAsync(long id)
    {
        for (var i = 0; Directory.Exists(Queue.FolderOf(id).Data); i++)
        {
            Assert.True(i < 600, $"{Queue.FolderOf(id).Data} is still there.");
            await Task.Delay(100, TestDatabase.Cancel);
        }
    }

    /// <summary>Keeps approved samples: pictures from a folder.</summary>
    public async Task ApproveAsync(IEnumerable<string> pictures, SampleLabel label = SampleLabel.Normal, string station = "press-1")
    {
        foreach (var picture in pictures)
        {
            var sha256 = AnomalyLine.Detection.Models.TrainingDigests.Of(picture);
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(sha256))!);
            File.Copy(picture, PathOf(sha256), overwrite: true);
            await _test.Database.ChangeAsync<bool>(
                (context, _) =>
                {
                    context.Add(new Sample { Station = station, Sha256 = sha256, Label = label, Defect = label == SampleLabel.Normal ? "" : "dent", State = SampleState.Approved });
                    return Task.FromResult<Outcome<bool>>(true);
                },
                TestDatabase.Cancel);
        }
    }

    /// <summary>The sample with this picture.</summary>
    public async Task<Sample> SampleAsync(string sha256) => (await _test.Database.ReadAsync<Sample>(
        (context, _) => Task.FromResult<Outcome<Sample>>(context.Set<Sample>().Single(sample => sample.Sha256 == sha256)), TestDatabase.Cancel)).Value;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _test.DisposeAsync();
    }

    private string PathOf(string sha256) => Path.Combine(_test.Folder, "samples", sha256 + ".png");
}
