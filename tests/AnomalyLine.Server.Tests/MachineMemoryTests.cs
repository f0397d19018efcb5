using AnomalyLine.Server.Memory;

namespace AnomalyLine.Server.Tests;

/// <summary>What is read of /proc and /sys, as kernels write it.</summary>
public sealed class MachineMemoryTests
{
    private const long Mib = 1 << 20;

    [Fact]
    public void Limit_GroupAroundTheOwnHasLess_IsTheLeastAndWhatIsLeftIsWithoutIdleFiles()
    {
        using var root = new Root();
        Machine(root, "0::/system.slice/anomalyline.service\n");
        Write(root, "sys/fs/cgroup/system.slice/anomalyline.service/memory.max", "max\n");
        Write(root, "sys/fs/cgroup/system.slice/memory.max", $"{700 * Mib}\n");
        Write(root, "sys/fs/cgroup/system.slice/memory.current", $"{650 * Mib}\n");
        Write(root, "sys/fs/cgroup/system.slice/memory.stat", $"anon {600 * Mib}\nfile {50 * Mib}\ninactive_file {40 * Mib}\nactive_file {10 * Mib}\n");

        var memory = new MachineMemory(root.Path);

        Assert.Equal((700 * Mib, 90 * Mib), (memory.Limit, memory.Left));
        Assert.Equal((2000 - 500) * Environment.SystemPageSize, memory.Own);
        Assert.Null(MemoryBudget.Lack(memory));
    }

    [Fact]
    public void Limit_FirstVersionOfGroupsOfAContainer_IsRead()
    {
        using var root = new Root();
        Machine(root, "4:memory:/docker/0a1b\n0::/\n");
        Write(root, "sys/fs/cgroup/memory/memory.limit_in_bytes", $"{400 * Mib}\n");
        Write(root, "sys/fs/cgroup/memory/memory.usage_in_bytes", $"{300 * Mib}\n");
        Write(root, "sys/fs/cgroup/memory/memory.stat", $"cache {9 * Mib}\ntotal_inactive_file {5 * Mib}\n");

        var memory = new MachineMemory(root.Path);

        Assert.Equal((400 * Mib, 105 * Mib), (memory.Limit, memory.Left));
        Assert.Contains("needs 512", MemoryBudget.Lack(memory), StringComparison.Ordinal);
    }

    [Fact]
    public void Limit_NoGroupHasOne_IsTheMachines()
    {
        using var root = new Root();
        Machine(root, "4:memory:/a\n0::/a\n");
        Write(root, "sys/fs/cgroup/memory/a/memory.limit_in_bytes", "9223372036854771712\n");
        Write(root, "sys/fs/cgroup/a/memory.max", "max\n");

        var memory = new MachineMemory(root.Path);

        Assert.Equal((8000 * Mib, 3000 * Mib), (memory.Limit, memory.Left));
    }

    [Fact]
    public void Limit_SystemSaysNothing_IsNoLimit()
    {
        using var root = new Root();

        var memory = new MachineMemory(root.Path);

        Assert.Equal((0L, long.MaxValue, 0L), (memory.Limit, memory.Left, memory.Own));
        Assert.Null(MemoryBudget.Lack(memory));
    }

    private static void Machine(Root root, string groups)
    {
        Write(root, "proc/self/cgroup", groups);
        Write(root, "proc/self/statm", "9000 2000 500 1 0 1400 0\n");
        Write(root, "proc/meminfo", $"MemTotal:       {8000 * 1024} kB\nMemFree:  1 kB\nMemAvailable:   {3000 * 1024} kB\n");
    }

    private static void Write(Root root, string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(root[name])!);
        File.WriteAllText(root[name], text);
    }

    private sealed class Root : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("anomalyline-root-").FullName;

        public string this[string name] => System.IO.Path.Combine(Path, name);

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
