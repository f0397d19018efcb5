using System.Diagnostics;
using System.Globalization;

namespace AnomalyLine.Fuzz.Tests;

/// <summary>Runs cases of a target.</summary>
internal static class Fuzzer
{
    private const int MostFailures = 5, MostShownBytes = 1500;

    /// <summary>What came of it.</summary>
    /// <param name="Failures">The first ones, with the number and the bytes of each.</param>
    /// <param name="Read">Cases that were read, not refused.</param>
    /// <param name="MostBytes">What a case allocated at most.</param>
    /// <param name="CpuSeconds">Processor time of the thread.</param>
    public sealed record Outcome(IReadOnlyList<string> Failures, int Read, long MostBytes, double CpuSeconds);

    /// <summary>Runs so many cases, which a seed makes the same each time.</summary>
    public static Outcome Run(FuzzTarget target, int cases, int seed, Action<string> tell)
    {
        var mutator = new Mutator(target.Seeds, target.Words);
        var failures = new List<string>();
        var most = 0L;
        var read = 0;
        foreach (var good in target.Seeds)
            if (!Try(good, "a seed")) failures.Add($"{target.Name}: a seed is refused, so that the cases made of it reach little");
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        for (var number = 0; number < cases && failures.Count < MostFailures; number++)
        {
            var random = new Random(HashCode(seed, number));
            var input = mutator.Make(random);
            if (random.Next(2) == 0) input = target.Repair(input);
            if (Try(input, string.Create(CultureInfo.InvariantCulture, $"case {number}"))) read++;
            if (number % 100_000 == 99_999) tell(string.Create(CultureInfo.InvariantCulture, $"{target.Name}: {number + 1} cases"));
        }

        return new Outcome(failures, read, most, (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds);

        bool Try(byte[] input, string which)
        {
            var isRead = false;
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                isRead = target.Run(input);
            }
            catch (Exception e)
            {
                failures.Add($"{target.Name}, {which}: {e}\n{Shown(input)}");
            }

            var bytes = GC.GetAllocatedBytesForCurrentThread() - allocated;
            most = Math.Max(most, bytes);
            if (bytes > target.MostBytes) failures.Add($"{target.Name}, {which}: allocated {bytes} bytes for {input.Length}\n{Shown(input)}");
            return isRead;
        }
    }

    private static string Shown(byte[] input) => Convert.ToBase64String(input.AsSpan(0, Math.Min(input.Length, MostShownBytes)));

    /// <summary>The same on every run, which the framework's own is not.</summary>
    private static int HashCode(int seed, int number)
    {
        var mixed = ((ulong)(uint)seed << 32 | (uint)number) * 0x9E37_79B9_7F4A_7C15;
        return (int)((mixed >> 32) ^ mixed);
    }
}
