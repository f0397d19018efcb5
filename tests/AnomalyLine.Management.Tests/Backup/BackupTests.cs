using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Backup;
using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Storage;
using AnomalyLine.Management.Tests.Samples;
using AnomalyLine.Management.Tests.Storage;
using AnomalyLine.Vision.Models;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnomalyLine.Management.Tests.Backup;

/// <summary>Everything into one file and back, while a line runs; on each kind of database.</summary>
public sealed class BackupTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Restore_OfABackupWhileTheLineRuns_EverythingIsThere(DatabaseKind kind)
    {
        await using var test = await TestSamples.CreateAsync(kind, postgres);
        await using var line = await OpenLineAsync(test.Base.Folder);
        await line.CreateStationAsync("a", TestDatabase.Cancel);
        var samples = new List<Sample>();
        for (var grey = 1; grey <= 3; grey++)
        {
            samples.Add(await test.AddAsync("a", grey));
            await line.InspectAsync(new InspectionRequest("a", $"{grey}", TestSamples.Grey(grey), null), TestDatabase.Cancel);
        }

        await test.ReviewAsync(SampleState.Approved, samples[0]);
        Directory.CreateDirectory(Path.Combine(test.Base.Folder, "pki", "own"));
        await File.WriteAllTextAsync(Path.Combine(test.Base.Folder, "pki", "own", "key.pem"), "secret", TestDatabase.Cancel);
        File.SetUnixFileMode(Path.Combine(test.Base.Folder, "pki", "own", "key.pem"), UnixFileMode.UserRead);
        await File.WriteAllTextAsync(Path.Combine(test.Base.Folder, "incoming-1.part"), "half", TestDatabase.Cancel);
        using var folder = new TemporaryFolder();

        var written = await BackupWriter.WriteAsync(test.Base.Folder, test.Base.Options, folder.At("line.backup"), test.Base.Time, TestDatabase.Cancel);
        await line.InspectAsync(new InspectionRequest("a", "after", TestSamples.Grey(9), null), TestDatabase.Cancel);
        var elsewhere = new ManagementOptions { ConnectionString = kind is DatabaseKind.Postgres ? await postgres.CreateDatabaseAsync() : "" };
        var restored = await BackupReader.RestoreAsync(folder.At("line.backup"), folder.At("data"), elsewhere, TestDatabase.Cancel);

        Assert.Equal((written.AuditEntries, written.AuditHead), (restored.AuditEntries, restored.AuditHead));
        await using var again = await OpenLineAsync(folder.At("data"));
        Assert.Equal(3, again.GetStation("a").Value.LastSequence);
        await using var database = new ManagementDatabase(elsewhere, folder.At("data"), NullLogger<ManagementDatabase>.Instance);
        var audit = new AuditLog(database, test.Base.Time);
        var store = new SampleStore(database, new SampleFiles(folder.At("data"), 0), audit, test.Base.Time);
        Assert.Equal(await test.ListAsync("a"), (await store.ListAsync(new SampleFilter(), 0, 100, TestDatabase.Cancel)).Value);
        foreach (var sample in samples) Assert.Equal(sample.Sha256, SampleFiles.Hash((await store.ReadPictureAsync(sample, TestDatabase.Cancel)).Value));
        Assert.Equal((1L, null), ((await audit.VerifyAsync(TestDatabase.Cancel)).Value.Entries, (await audit.VerifyAsync(TestDatabase.Cancel)).Value.FirstBroken));
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(folder.At("data/pki/own/key.pem")));
        Assert.False(File.Exists(folder.At("data/incoming-1.part")));

        // The database counts on after what was restored.
        Assert.Equal(4, (await store.AddAsync(TestSamples.Grey(50), TestSamples.Draft("a"), null, TestDatabase.Cancel)).Value.Id);
    }

    [Fact]
    public async Task Backup_PictureGoneMeanwhile_SampleIsGoneToo()
    {
        await using var test = await TestSamples.CreateAsync(DatabaseKind.Sqlite, postgres);
        await using (await OpenLineAsync(test.Base.Folder))
        {
        }

        var (gone, kept) = (await test.AddAsync("a", 1), await test.AddAsync("a", 2));
        File.Delete(test.Store.PathOf(gone));
        using var folder = new TemporaryFolder();
        await BackupWriter.WriteAsync(test.Base.Folder, test.Base.Options, folder.At("line.backup"), test.Base.Time, TestDatabase.Cancel);
        await BackupReader.RestoreAsync(folder.At("line.backup"), folder.At("data"), new ManagementOptions(), TestDatabase.Cancel);

        await using var database = new ManagementDatabase(new ManagementOptions(), folder.At("data"), NullLogger<ManagementDatabase>.Instance);
        var store = new SampleStore(database, new SampleFiles(folder.At("data"), 0), new AuditLog(database, test.Base.Time), test.Base.Time);
        Assert.Equal([kept], (await store.ListAsync(new SampleFilter(), 0, 100, TestDatabase.Cancel)).Value);
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("cut off")]
    [InlineData("no backup")]
    public async Task Restore_DamagedFile_RefusedAndNothingPutInPlace(string damage)
    {
        await using var test = await TestSamples.CreateAsync(DatabaseKind.Sqlite, postgres);
        await using (await OpenLineAsync(test.Base.Folder))
        {
        }

        var sample = await test.AddAsync("a", 1);
        using var folder = new TemporaryFolder();
        var file = folder.At("line.backup");
        await BackupWriter.WriteAsync(test.Base.Folder, test.Base.Options, file, test.Base.Time, TestDatabase.Cancel);
        var bytes = await File.ReadAllBytesAsync(file, TestDatabase.Cancel);
        var picture = await File.ReadAllBytesAsync(test.Store.PathOf(sample), TestDatabase.Cancel);
        if (damage == "changed") bytes[bytes.AsSpan().IndexOf(picture) + 40] ^= 1;
        await File.WriteAllBytesAsync(file, damage == "cut off" ? bytes[..(bytes.Length / 2)] : damage == "no backup" ? "hello"u8.ToArray() : bytes, TestDatabase.Cancel);

        await Assert.ThrowsAsync<BackupException>(() => BackupReader.RestoreAsync(file, folder.At("data"), new ManagementOptions(), TestDatabase.Cancel));

        Assert.Equal([file], Directory.GetFileSystemEntries(folder.At("")));
    }

    [Fact]
    public async Task Restore_FolderWithSomething_Refused()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.At("data"));
        await File.WriteAllTextAsync(folder.At("data/inspections.db"), "mine", TestDatabase.Cancel);

        var failure = await Assert.ThrowsAsync<BackupException>(() => BackupReader.RestoreAsync(folder.At("x"), folder.At("data"), new ManagementOptions(), TestDatabase.Cancel));

        Assert.Contains("is not empty", failure.Message, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(folder.At("data/inspections.db"), TestDatabase.Cancel));
    }

    private static Task<Line> OpenLineAsync(string folder) => Line.OpenAsync(
        new LineOptions { DataFolder = folder, LogDurability = LogDurability.Normal }, _ => new IdentityDetector(new Vision.Imaging.InputSpec(16, 16, 1)), TimeProvider.System, NullLoggerFactory.Instance, TestDatabase.Cancel);
}
