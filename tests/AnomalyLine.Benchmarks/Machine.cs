using System.Reflection;

namespace AnomalyLine.Benchmarks;

/// <summary>What the figures were made on.</summary>
internal static class Machine
{
    /// <summary>Cores, processor, .NET, commit, and how much else the machine did.</summary>
    public static string Describe()
    {
        var version = typeof(Machine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        var commit = version.Contains('+') ? version[(version.IndexOf('+') + 1)..][..12] : "unknown";
        return $"{Environment.ProcessorCount} cores, {Processor()}, .NET {Environment.Version}, commit {commit}, load average {Load()} at the end";
    }

    private static string Processor()
    {
        const string file = "/proc/cpuinfo";
        if (!File.Exists(file)) return "unknown processor";
        var lines = File.ReadLines(file).TakeWhile(line => line.Length > 0)
            .Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0].Trim(), pair => pair[1].Trim());
        return $"{lines.GetValueOrDefault("model name", "unknown processor")} (family {lines.GetValueOrDefault("cpu family")}, model {lines.GetValueOrDefault("model")})";
    }

    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
