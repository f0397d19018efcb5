using System.Runtime.InteropServices;

namespace AnomalyLine.Management.Processes;

/// <summary>Threads beside the line, at the lowest priority of the system: what they do waits for what the line does.</summary>
public static class QuietThread
{
    private const int LowestPriority = 19;

    /// <summary>Starts one.</summary>
    /// <param name="name">What a debugger calls it.</param>
    /// <param name="work">What it does. It must catch what it throws.</param>
    public static void Start(string name, Action work) => new Thread(() =>
    {
        // The priority of a thread, and of the threads that the engine starts from it, is its own on Linux.
        _ = SetPriority(0, GetThreadId(), LowestPriority);
        work();
    })
    { IsBackground = true, Name = name }.Start();

    [DllImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, int id, int priority);

    [DllImport("libc", EntryPoint = "gettid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetThreadId();
}
