using System.Diagnostics;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Tests.Storage;
using Microsoft.Data.Sqlite;

namespace AnomalyLine.Management.Tests.Activation;

/// <summary>A server that is killed while it activates, as a process of its own.</summary>
[Trait("Speed", "Slow")]
public sealed class KilledTests(PostgresServer postgres)
{
    private const string FolderVariable = "ANOMALYLINE_TEST_FOLDER";

    private static CancellationToken Cancel => TestDatabase.Cancel;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Activate_ProcessKilledBeforeOrAfterTheSwap_StartPutsItRight(bool isSwapped)
    {
        await using var test = await TestActivation.CreateAsync(DatabaseKind.Sqlite, postgres, "s");
        var (one, two) = (await test.StoreAsync("one"), await test.StoreAsync("two"));
        await test.ActivateAsync(one);
        await test.Line.DisposeAsync();
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["-explicit", "only", "-method",
            $"{typeof(KilledTests).FullName}.{nameof(Child)}", "-noColor"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment[FolderVariable] = test.Base.Folder;
        using var child = Process.Start(start)!;
        while (await child.StandardOutput.ReadLineAsync(Cancel) is { } text && text != "loading") Assert.NotEqual("over", text);
        if (isSwapped)
        {
            // What is to be written down after the swap waits for this.
            await using var held = new SqliteConnection($"Data Source={test.Database.FilePath};Pooling=False");
            await held.OpenAsync(Cancel);
            await using var transaction = held.BeginTransaction(deferred: false);
            await child.StandardInput.WriteLineAsync("go");
            await child.StandardInput.FlushAsync(Cancel);
            while (await RevisionsAsync(test) < 2) await Task.Yield();
            child.Kill();
            await child.WaitForExitAsync(Cancel);
        }

        child.Kill();
        await child.WaitForExitAsync(Cancel);
        Assert.Equal(1, await test.PendingAsync());
        await test.RestartAsync();

        Assert.Equal(isSwapped ? two : one, test.Line.GetRecipe("s").Value.ModelVersion);
        Assert.Equal([("", two, isSwapped ? ModelStage.Active : ModelStage.Candidate),
            ("", one, isSwapped ? ModelStage.Retired : ModelStage.Active)], await test.StagesAsync());
        Assert.Equal(isSwapped ? ["ann", "bob"] : ["ann"], (await test.AuditAsync("recipe.activate")).Select(entry => entry.User));
        Assert.Equal(isSwapped ? 1 : 0, (await test.AuditAsync("model.override")).Count);
        Assert.Equal(0, await test.PendingAsync());
        Assert.Null((await test.Audit.VerifyAsync(Cancel)).Value.FirstBroken);
    }

    /// <summary>The process that is killed: it activates the second model, and waits for a line of input while that loads.</summary>
    [Fact(Explicit = true)]
    public async Task Child()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is not { } folder) return;
        await using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        using var input = new StreamReader(Console.OpenStandardInput());
        await using var test = await TestActivation.OpenAsync(folder);
        var two = test.Models.List().Single(model => model.Version != test.Line.GetRecipe("s").Value.ModelVersion).Version;
        test.Loading = _ =>
        {
            output.WriteLine("loading");
            input.ReadLine();
        };
        await test.ActivateAsync(two, "told by Eve", caller: TestActivation.Bob);
        await output.WriteLineAsync("over");
    }

    private static async Task<long> RevisionsAsync(TestActivation test)
    {
        await using var log = new SqliteConnection($"Data Source={Path.Combine(test.Base.Folder, "inspections.db")};Mode=ReadOnly;Pooling=False");
        await log.OpenAsync(Cancel);
        await using var command = log.CreateCommand();
        command.CommandText = "SELECT max(revision) FROM recipes";
        return (long)(await command.ExecuteScalarAsync(Cancel))!;
    }
}
