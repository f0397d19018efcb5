using System.Formats.Tar;
using System.Text.Json;
using AnomalyLine.Detection;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Backup;
using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Signing;
using AnomalyLine.Management.Storage;
using AnomalyLine.Management.Tests.Samples;
using AnomalyLine.Management.Tests.Storage;
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

        var written = await BackupWriter.WriteAsync(test.Base.Folder, test.Base.Options, folder["line.backup"], test.Base.Time, TestDatabase.Cancel);
        await line.InspectAsync(new InspectionRequest("a", "after", TestSamples.Grey(9), null), TestDatabase.Cancel);
        var elsewhere = new ManagementOptions { ConnectionString = kind is DatabaseKind.Postgres ? await postgres.CreateDatabaseAsync() : "" };
        var restored = await BackupReader.RestoreAsync(folder["line.backup"], folder["data"], elsewhere, new BackupTrust(), TestDatabase.Cancel);

        Assert.Equal((written.AuditEntries, written.AuditHead), (restored.AuditEntries, restored.AuditHead));
        await using var again = await OpenLineAsync(folder["data"]);
        Assert.Equal(3, again.GetStation("a").Value.LastSequence);
        await using var database = new ManagementDatabase(elsewhere, folder["data"], NullLogger<ManagementDatabase>.Instance);
        var audit = new AuditLog(database, test.Base.Time);
        var store = new SampleStore(database, new SampleFiles(folder["data"], 0), audit, test.Base.Time);
        Assert.Equal(await test.ListAsync("a"), (await store.ListAsync(new SampleFilter(), 0, 100, TestDatabase.Cancel)).Value);
        foreach (var sample in samples) Assert.Equal(sample.Sha256, SampleFiles.Hash((await store.ReadPictureAsync(sample, TestDatabase.Cancel)).Value));
        Assert.Equal((1L, null), ((await audit.VerifyAsync(TestDatabase.Cancel)).Value.Entries, (await audit.VerifyAsync(TestDatabase.Cancel)).Value.FirstBroken));
        Assert.All(Directory.EnumerateFiles(folder["data"], "*", SearchOption.AllDirectories).Where(path => !path.Contains(".db-", StringComparison.Ordinal) && !path.EndsWith("line.lock", StringComparison.Ordinal)).Append(folder["line.backup"]),
            path => Assert.Equal((path, UnixFileMode.UserRead | UnixFileMode.UserWrite), (path, File.GetUnixFileMode(path))));
        Assert.All(Directory.EnumerateDirectories(folder["data"], "*", SearchOption.AllDirectories).Append(folder["data"]),
            path => Assert.Equal((path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute), (path, File.GetUnixFileMode(path))));
        Assert.False(File.Exists(folder["data/incoming-1.part"]));

        // The database counts on after what was restored.
        Assert.Equal(4, (await store.AddAsync(TestSamples.Grey(50), TestSamples.Draft("a"), null, TestDatabase.Cancel)).Value.Id);
    }

    [Fact]
    public async Task Backup_ThatWouldTakeWhatIsReservedForTheLog_IsRefusedBeforeItIsWritten()
    {
        using var folder = new TemporaryFolder();
        await using (await OpenLineAsync(folder["line"]))
        {
        }

        var options = new ManagementOptions { ReservedDiskBytes = long.MaxValue / 2 };
        var failure = await Assert.ThrowsAsync<BackupException>(() => BackupWriter.WriteAsync(folder["line"], options, folder["line.backup"], TimeProvider.System, TestDatabase.Cancel));
        Assert.Contains("stay for the inspection log", failure.Message, StringComparison.Ordinal);
        Assert.Equal([folder["line"]], Directory.GetFileSystemEntries(folder[""]));
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
        await BackupWriter.WriteAsync(test.Base.Folder, test.Base.Options, folder["line.backup"], test.Base.Time, TestDatabase.Cancel);
        await BackupReader.RestoreAsync(folder["line.backup"], folder["data"], new ManagementOptions(), new BackupTrust(), TestDatabase.Cancel);

        await using var database = new ManagementDatabase(new ManagementOptions(), folder["data"], NullLogger<ManagementDatabase>.Instance);
        var store = new SampleStore(database, new SampleFiles(folder["data"], 0), new AuditLog(database, test.Base.Time), test.Base.Time);
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
        var file = folder["line.backup"];
        await BackupWriter.WriteAsync(test.Base.Folder, test.Base.Options, file, test.Base.Time, TestDatabase.Cancel);
        var bytes = await File.ReadAllBytesAsync(file, TestDatabase.Cancel);
        var picture = await File.ReadAllBytesAsync(test.Store.PathOf(sample), TestDatabase.Cancel);
        if (damage == "changed") bytes[bytes.AsSpan().IndexOf(picture) + 40] ^= 1;
        await File.WriteAllBytesAsync(file, damage == "cut off" ? bytes[..(bytes.Length / 2)] : damage == "no backup" ? "hello"u8.ToArray() : bytes, TestDatabase.Cancel);

        await Assert.ThrowsAsync<BackupException>(() => BackupReader.RestoreAsync(file, folder["data"], new ManagementOptions(), new BackupTrust(AcceptUnsigned: true), TestDatabase.Cancel));

        Assert.Equal([file], Directory.GetFileSystemEntries(folder[""]));
    }

    /// <summary>What somebody could put into an archive whose manifest they leave alone.</summary>
    [Theory]
    [InlineData("evil.sh", TarEntryType.RegularFile, false, "evil.sh was added to it")]
    [InlineData("evil.sh", TarEntryType.RegularFile, true, "evil.sh comes after the manifest")]
    [InlineData("inspections.db", TarEntryType.RegularFile, false, "cannot be restored")]
    [InlineData("a/../users", TarEntryType.RegularFile, false, "a/../users is no path within the folder")]
    [InlineData("../users", TarEntryType.RegularFile, false, "../users is no path within the folder")]
    [InlineData("/tmp/users", TarEntryType.RegularFile, false, "/tmp/users is no path within the folder")]
    [InlineData("users", TarEntryType.SymbolicLink, false, "users is no file")]
    [InlineData("users", TarEntryType.HardLink, false, "users is no file")]
    [InlineData("users", TarEntryType.Fifo, false, "users is no file")]
    [InlineData("users", TarEntryType.CharacterDevice, false, "users is no file")]
    [InlineData("users", TarEntryType.Directory, false, "users is no file")]
    public async Task Restore_EntryBesideThoseOfTheManifest_RefusedAndNothingPutInPlace(string name, TarEntryType type, bool isLast, string because)
    {
        using var folder = new TemporaryFolder();
        var file = await WriteSmallAsync(folder, name, type, isLast);

        var failure = await Assert.ThrowsAsync<BackupException>(() => BackupReader.RestoreAsync(file, folder["data"], new ManagementOptions(), new BackupTrust(AcceptUnsigned: true), TestDatabase.Cancel));

        Assert.Contains(because, failure.Message, StringComparison.Ordinal);
        Assert.Equal([file], Directory.GetFileSystemEntries(folder[""]));
    }

    [Fact]
    public async Task Restore_ArchiveWithAnyByteChanged_IsRestoredOrRefusedWithAMessage()
    {
        using var folder = new TemporaryFolder();
        var file = await WriteSmallAsync(folder, null, default, false);
        var bytes = await File.ReadAllBytesAsync(file, TestDatabase.Cancel);
        var random = new Random(5);
        for (var i = 0; i < 1500; i++)
        {
            var changed = (byte[])bytes.Clone();
            for (var j = random.Next(3); j >= 0; j--) changed[random.Next(changed.Length)] = (byte)random.Next(256);
            await File.WriteAllBytesAsync(file, changed, TestDatabase.Cancel);
            var failure = await Record.ExceptionAsync(() => BackupReader.RestoreAsync(file, folder["data"], new ManagementOptions(), new BackupTrust(AcceptUnsigned: true), TestDatabase.Cancel));
            if (failure is null) Directory.Delete(folder["data"], recursive: true);
            else Assert.IsType<BackupException>(failure);
            Assert.Equal([file], Directory.GetFileSystemEntries(folder[""]));
        }
    }

    /// <summary>A backup of one file, with an entry that the manifest does not name.</summary>
    private static async Task<string> WriteSmallAsync(TemporaryFolder folder, string? name, TarEntryType type, bool isLast)
    {
        var file = folder["line.backup"];
        var content = "log"u8.ToArray();
        var manifest = new BackupManifest(1, DateTimeOffset.UnixEpoch, 0, "", [new BackupFile("inspections.db", content.Length, SampleFiles.Hash(content))]);
        await using var archive = new TarWriter(File.Create(file), TarEntryFormat.Pax);
        await AddAsync("inspections.db", TarEntryType.RegularFile, content);
        if (name is not null && !isLast) await AddAsync(name, type, content);
        await AddAsync(BackupManifest.Name, TarEntryType.RegularFile, JsonSerializer.SerializeToUtf8Bytes(manifest, JsonSerializerOptions.Web));
        if (isLast) await AddAsync(name!, type, content);
        return file;

        Task AddAsync(string path, TarEntryType kind, byte[] bytes)
        {
            var entry = new PaxTarEntry(kind, path) { Mode = UnixFileMode.SetUser | UnixFileMode.UserRead | UnixFileMode.OtherWrite };
            if (kind is TarEntryType.RegularFile) entry.DataStream = new MemoryStream(bytes);
            if (kind is TarEntryType.SymbolicLink or TarEntryType.HardLink) entry.LinkName = "/etc/passwd";
            return archive.WriteEntryAsync(entry, TestDatabase.Cancel);
        }
    }

    [Fact]
    public async Task Restore_OfAnotherSignerOrNoneOrAChangedList_Refused()
    {
        using var folder = new TemporaryFolder();
        var file = await WriteLineAsync(folder, new ManagementOptions());
        string signer, other;
        using (var key = SigningKey.Open(folder["line"])) signer = key.Fingerprint;
        using (var key = SigningKey.Open(folder["elsewhere"])) other = key.Fingerprint;

        var foreign = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(new BackupTrust(other)));
        Assert.Contains($"was signed by {signer}, not by {other}", foreign.Message, StringComparison.Ordinal);
        var unsigned = await RepackAsync(folder, file, (name, bytes) => name == "manifest.sig" ? null : bytes);
        Assert.Contains("is not signed", (await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(new BackupTrust(), unsigned))).Message, StringComparison.Ordinal);
        Assert.Contains("is not signed", (await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(new BackupTrust(signer, AcceptUnsigned: true), unsigned))).Message, StringComparison.Ordinal);
        var changed = await RepackAsync(folder, file, (name, bytes) => name == BackupManifest.Name ? [.. bytes, (byte)'\n'] : bytes);
        Assert.Contains("its signature is not that of its list", (await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(new BackupTrust(), changed))).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["data"]));

        Assert.Equal(signer, (await RestoreAsync(new BackupTrust(signer))).Signer);
        Assert.False(File.Exists(folder["data/signing.key"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["line/signing.key"]));

        Task<BackupManifest> RestoreAsync(BackupTrust trust, string? from = null) => BackupReader.RestoreAsync(from ?? file, folder["data"], new ManagementOptions(), trust, TestDatabase.Cancel);
    }

    [Fact]
    public async Task Restore_OfAnEncryptedBackup_WantsItsPassphraseAndFindsEveryChange()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["right"], "tulip gravel seven\n", TestDatabase.Cancel);
        await File.WriteAllTextAsync(folder["wrong"], "tulip gravel eight\n", TestDatabase.Cancel);
        await File.WriteAllTextAsync(folder["short"], "tulip\n", TestDatabase.Cancel);
        var file = await WriteLineAsync(folder, new ManagementOptions { BackupPassphraseFile = folder["right"] });
        var bytes = await File.ReadAllBytesAsync(file, TestDatabase.Cancel);
        Assert.StartsWith("age-encryption.org/v1\n-> scrypt ", System.Text.Encoding.ASCII.GetString(bytes, 0, 60), StringComparison.Ordinal);
        Assert.Equal(-1, bytes.AsSpan().IndexOf("manifest.json"u8));

        Assert.Contains("is encrypted", await FailAsync("", bytes), StringComparison.Ordinal);
        Assert.Contains("the passphrase is not the one", await FailAsync("wrong", bytes), StringComparison.Ordinal);
        Assert.Contains("12 at least", await FailAsync("short", bytes), StringComparison.Ordinal);
        Assert.Contains("cut off", await FailAsync("right", bytes[..^20]), StringComparison.Ordinal);
        Assert.Contains("cut off", await FailAsync("right", bytes[..(bytes.Length / 2)]), StringComparison.Ordinal);
        foreach (var at in new[] { 150, bytes.Length - 5 })
        {
            var changed = (byte[])bytes.Clone();
            changed[at] ^= 1;
            await FailAsync("right", changed);
        }

        Assert.False(Directory.Exists(folder["data"]));
        await File.WriteAllBytesAsync(file, bytes, TestDatabase.Cancel);
        await BackupReader.RestoreAsync(file, folder["data"], new ManagementOptions { BackupPassphraseFile = folder["right"] }, new BackupTrust(), TestDatabase.Cancel);
        Assert.True(File.Exists(folder["data/inspections.db"]));

        async Task<string> FailAsync(string passphrase, byte[] content)
        {
            await File.WriteAllBytesAsync(file, content, TestDatabase.Cancel);
            var options = new ManagementOptions { BackupPassphraseFile = passphrase.Length > 0 ? folder[passphrase] : "" };
            return (await Assert.ThrowsAsync<BackupException>(() => BackupReader.RestoreAsync(file, folder["data"], options, new BackupTrust(), TestDatabase.Cancel))).Message;
        }
    }

    private static async Task<string> WriteLineAsync(TemporaryFolder folder, ManagementOptions options)
    {
        await using (await OpenLineAsync(folder["line"]))
        {
        }

        await File.WriteAllBytesAsync(folder["line/large"], new byte[200_000], TestDatabase.Cancel);
        await BackupWriter.WriteAsync(folder["line"], options, folder["line.backup"], TimeProvider.System, TestDatabase.Cancel);
        return folder["line.backup"];
    }

    /// <summary>A copy of an archive with other entries.</summary>
    private static async Task<string> RepackAsync(TemporaryFolder folder, string file, Func<string, byte[], byte[]?> change)
    {
        var copy = folder[$"{Guid.NewGuid():N}.backup"];
        await using var reader = new TarReader(File.OpenRead(file));
        await using var writer = new TarWriter(File.Create(copy), TarEntryFormat.Pax);
        while (await reader.GetNextEntryAsync(copyData: true, TestDatabase.Cancel) is { } entry)
        {
            using var bytes = new MemoryStream();
            if (entry.DataStream is { } data) await data.CopyToAsync(bytes, TestDatabase.Cancel);
            if (change(entry.Name, bytes.ToArray()) is { } kept) await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, entry.Name) { DataStream = new MemoryStream(kept) }, TestDatabase.Cancel);
        }

        return copy;
    }

    [Fact]
    public async Task Restore_FolderWithSomething_Refused()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["data"]);
        await File.WriteAllTextAsync(folder["data/inspections.db"], "mine", TestDatabase.Cancel);

        var failure = await Assert.ThrowsAsync<BackupException>(() => BackupReader.RestoreAsync(folder["x"], folder["data"], new ManagementOptions(), new BackupTrust(AcceptUnsigned: true), TestDatabase.Cancel));

        Assert.Contains("is not empty", failure.Message, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(folder["data/inspections.db"], TestDatabase.Cancel));
    }

    private static Task<Line> OpenLineAsync(string folder) => Line.OpenAsync(
        new LineOptions { DataFolder = folder, LogDurability = LogDurability.Normal }, _ => new IdentityDetector(new Imaging.InputSpec(16, 16, 1)), TimeProvider.System, NullLoggerFactory.Instance, TestDatabase.Cancel);
}
