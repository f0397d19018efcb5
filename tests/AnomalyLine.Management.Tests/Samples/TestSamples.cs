using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Tests.Storage;

namespace AnomalyLine.Management.Tests.Samples;

/// <summary>A store of samples with a database and a folder of its own.</summary>
internal sealed class TestSamples : IAsyncDisposable
{
    private TestSamples(TestDatabase database, long reserved, Func<string, long>? free)
    {
        Base = database;
        Store = new SampleStore(database.Database, new SampleFiles(database.Folder, reserved, free), database.Audit, database.Time);
    }

    public TestDatabase Base { get; }

    public SampleStore Store { get; }

    /// <summary>All files in the folder of pictures.</summary>
    public string[] Pictures => Directory.GetFiles(Path.Combine(Base.Folder, "samples"), "*", SearchOption.AllDirectories);

    public static async Task<TestSamples> CreateAsync(DatabaseKind kind, PostgresServer postgres, long reserved = 0, Func<string, long>? free = null) =>
        new(await TestDatabase.CreateAsync(kind, postgres), reserved, free);

    public static Sample Draft(string station) => new() { Station = station, Sha256 = "", Reason = SampleReason.EveryNth, Label = SampleLabel.Normal, Verdict = Verdict.Ok };

    /// <summary>A 16 x 16 frame of one grey.</summary>
    public static Frame Grey(int grey)
    {
        var pixels = new byte[256];
        pixels.AsSpan().Fill((byte)grey);
        Assert.True(Frame.TryCreate(PixelFormat.Mono8, 16, 16, 0, pixels, DateTimeOffset.UnixEpoch, out var frame, out var error), error);
        return frame;
    }

    public Task<Outcome<Sample>> TryAddAsync(string station, int grey) => Store.AddAsync(Grey(grey), Draft(station), null, TestDatabase.Cancel);

    public async Task<Sample> AddAsync(string station, int grey) => (await TryAddAsync(station, grey)).Value;

    public async Task ReviewAsync(SampleState state, params Sample[] samples) =>
        Assert.Null((await Store.ReviewAsync(new SampleReview([.. samples.Select(sample => sample.Id)], state, null, null), TestDatabase.Somebody, TestDatabase.Cancel)).Error);

    public async Task<IReadOnlyList<Sample>> ListAsync(string station) => (await Store.ListAsync(new SampleFilter { Station = station }, 0, 100, TestDatabase.Cancel)).Value;

    public ValueTask DisposeAsync() => Base.DisposeAsync();
}
