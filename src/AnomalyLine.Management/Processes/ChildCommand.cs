using System.Reflection;

namespace AnomalyLine.Management.Processes;

/// <summary>How to start a child process.</summary>
/// <param name="FileName">The program: a path, or a name found in PATH.</param>
/// <param name="Arguments">Its arguments.</param>
public sealed record ChildCommand(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>Variables to set beside the ones inherited.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>This very program with other arguments.</summary>
    public static ChildCommand ThisProgram(params string[] arguments)
    {
        var path = System.Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is not known.");

        // Started as "dotnet AnomalyLine.Server.dll", the program is the argument and not the process.
        return string.Equals(Path.GetFileNameWithoutExtension(path), "dotnet", StringComparison.Ordinal)
            ? new ChildCommand(path, [Assembly.GetEntryAssembly()!.Location, .. arguments])
            : new ChildCommand(path, arguments);
    }

    /// <summary>The same command giving way to every other process (nice 19, threads included).</summary>
    public ChildCommand Nice() => this with { FileName = "nice", Arguments = ["-n", "19", FileName, .. Arguments] };
}
