using System.Globalization;
using AnomalyLine.Fuzz.Tests.Targets;

namespace AnomalyLine.Fuzz.Tests;

/// <summary>
/// Parsers of strangers' bytes under inputs that nobody thought of: no crash, no exception but those that say what is wrong, memory within bounds. FUZZ_CASES, FUZZ_SEED and FUZZ_TARGET ask for more
/// cases, others, or one target alone (docs/security.md).
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const string FilesInMemory = "/dev/shm";

    /// <summary>Most of the time of what reads files would go to the disk.</summary>
    static FuzzTests()
    {
        if (Directory.Exists(FilesInMemory)) Environment.SetEnvironmentVariable("TMPDIR", FilesInMemory);
    }

    private const int UsualCases = 20_000;

    /// <summary>What the process may have more after a target than before it, bytes.</summary>
    private const long MostGrowth = 512L << 20;

    public static TheoryData<string> Names => new(All().Select(static target => target().Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_InputsThatNobodyThoughtOf_AreReadOrRefused(string name)
    {
        if (Environment.GetEnvironmentVariable("FUZZ_TARGET") is { Length: > 0 } wanted && wanted != name) return;
        using var target = All().Select(static make => make()).First(target => target.Name == name);
        var cases = Number("FUZZ_CASES", UsualCases);
        var before = Environment.WorkingSet;

        var outcome = Fuzzer.Run(target, cases, Number("FUZZ_SEED", 1), output.WriteLine);

        GC.Collect();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}: {cases} cases, {outcome.Read} read, {outcome.CpuSeconds:0.0} CPU s, {outcome.MostBytes >> 10} KiB at most for a case, process {(Environment.WorkingSet - before) >> 20:+0;-0;0} MiB"));
        Assert.True(outcome.Failures.Count == 0, string.Join("\n\n", outcome.Failures));
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, MostGrowth);
    }

    private static IReadOnlyList<Func<FuzzTarget>> All() =>
    [
        .. PictureTargets.All,
        .. ModelTargets.All,
        .. ArchiveTargets.All,
        .. ServerTargets.All,
        .. SharingTargets.All,
        .. PeopleTargets.All,
    ];

    private static int Number(string variable, int usual) => int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : usual;
}
