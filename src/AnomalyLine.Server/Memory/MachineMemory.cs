using System.Globalization;

namespace AnomalyLine.Server.Memory;

/// <summary>
/// What the system says of memory: how much this process has, and how much is left before the kernel ends something. Control groups of both versions and the machine count, whichever has least. Any
/// thread; each question reads small files of /proc and /sys.
/// </summary>
/// <param name="root">Where /proc and /sys are, for tests.</param>
internal sealed class MachineMemory(string root = "/")
{
    private readonly IReadOnlyList<Group> _groups = FindGroups(root);

    /// <summary>The most that this process could ever have, bytes: its control groups' limits, or the machine's memory; 0 where the system does not say.</summary>
    public long Limit => _groups.Select(static group => group.Limit).Append(Machine("MemTotal:")).Where(static bytes => bytes > 0).DefaultIfEmpty().Min();

    /// <summary>Memory of this process that no file has too, bytes; 0 where the system does not say.</summary>
    public long Own =>
        ReadText("proc/self/statm")?.Split(' ') is [_, var resident, var shared, ..] ? (ToNumber(resident) - ToNumber(shared)) * Environment.SystemPageSize : 0;

    /// <summary>What is left for this process and those beside it, bytes; <see cref="long.MaxValue"/> where the system does not say.</summary>
    public long Left =>
        _groups.Select(static group => group.Left).Append(Machine("MemAvailable:")).Where(static bytes => bytes >= 0).DefaultIfEmpty(long.MaxValue).Min();

    /// <summary>The process's own group and those around it: each may have a limit.</summary>
    private static List<Group> FindGroups(string root)
    {
        var groups = new List<Group>();
        var file = Path.Combine(root, "proc/self/cgroup");
        foreach (var line in File.Exists(file) ? File.ReadAllLines(file) : [])
        {
            if (line.Split(':', 3) is not [_, var controllers, var path]) continue;
            var isOld = controllers.Split(',').Contains("memory", StringComparer.Ordinal);
            if (!isOld && controllers.Length > 0) continue;

            // A container sees its own group as the root, whatever its path is outside.
            var top = Path.Combine(root, isOld ? "sys/fs/cgroup/memory" : "sys/fs/cgroup");
            for (var folder = path.Trim('/'); ; folder = Path.GetDirectoryName(folder) ?? "")
            {
                if (Group.Find(Path.Combine(top, folder), isOld) is { } group) groups.Add(group);
                if (folder.Length == 0) break;
            }
        }

        return groups;
    }

    private long Machine(string name)
    {
        var file = Path.Combine(root, "proc/meminfo");
        if (!File.Exists(file)) return -1;
        return File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
            ? ToNumber(line[name.Length..].Replace("kB", "", StringComparison.Ordinal)) * 1024 : -1;
    }

    private string? ReadText(string name) => Path.Combine(root, name) is var file && File.Exists(file) ? File.ReadAllText(file) : null;

    private static long ToNumber(string text) => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>A control group that has a limit.</summary>
    private sealed record Group(string UsageFile, string StatFile, string CacheName, long Limit)
    {
        /// <summary>Beyond any machine: how the first version says that there is no limit.</summary>
        private const long Unlimited = 1L << 60;

        /// <summary>Pages of files that nobody uses go before anything is ended.</summary>
        public long Left => Limit - ReadNumber(UsageFile) + Cache();

        public static Group? Find(string folder, bool isOld)
        {
            var (limit, usage, cache) = isOld ? ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ") : ("memory.max", "memory.current", "inactive_file ");
            if (!File.Exists(Path.Combine(folder, limit))) return null;
            return ReadNumber(Path.Combine(folder, limit)) is > 0 and < Unlimited and var bytes
                ? new Group(Path.Combine(folder, usage), Path.Combine(folder, "memory.stat"), cache, bytes) : null;
        }

        private static long ReadNumber(string file) => File.Exists(file) ? ToNumber(File.ReadAllText(file)) : 0;

        private long Cache() =>
            File.Exists(StatFile) && File.ReadLines(StatFile).FirstOrDefault(line => line.StartsWith(CacheName, StringComparison.Ordinal)) is { } line ? ToNumber(line[CacheName.Length..]) : 0;
    }
}
