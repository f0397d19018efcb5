using System.Diagnostics;

namespace AnomalyLine.Architecture.Tests;

/// <summary>Programs of this machine, run in the checkout.</summary>
internal static class Programs
{
    /// <summary>Whether there is one of this name.</summary>
    public static bool Has(string name) => Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, name)));

    /// <summary>Runs one and gives what it writes; fails where it fails.</summary>
    public static string Run(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(name, arguments) { WorkingDirectory = Repository.Root, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var program = Process.Start(start)!;
        var errors = program.StandardError.ReadToEndAsync();
        var output = program.StandardOutput.ReadToEnd();
        program.WaitForExit();
        Assert.True(program.ExitCode == 0, $"{name} {string.Join(' ', arguments)} ended with {program.ExitCode}: {errors.GetAwaiter().GetResult()}");
        return output;
    }
}
