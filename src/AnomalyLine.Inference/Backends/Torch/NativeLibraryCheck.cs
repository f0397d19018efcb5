using System.Runtime.InteropServices;
using AnomalyLine.Detection;

namespace AnomalyLine.Inference.Backends.Torch;

/// <summary>
/// Opens the native files in the order in which they need each other, so that the loader's own reason reaches people. TorchSharp reports every
/// failure as a missing package reference.
/// </summary>
internal static class NativeLibraryCheck
{
    private static readonly string[] Files = ["libc10.so", "libtorch_cpu.so", "libtorch.so", "libLibTorchSharp.so"];
    private static readonly string[] Folders = ["", "runtimes/linux-x64/native/"];

    /// <exception cref="EngineException">A file is missing or does not load.</exception>
    public static void Run()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            throw new EngineException($"AnomalyLine runs on Linux x64; this is {RuntimeInformation.RuntimeIdentifier}. Use the container image or a Linux x64 machine.");
        foreach (var file in Files)
        {
            if (Find(file) is not { } path)
            {
                throw new EngineException(
                    $"{file} is not beside the program ({AppContext.BaseDirectory}). Build or publish with the SDK ('dotnet build'), and copy the whole output folder.");
            }

            try
            {
                _ = NativeLibrary.Load(path);
            }
            catch (DllNotFoundException e)
            {
                throw new EngineException($"{file} does not load: {Reason(e.Message, file)}", e);
            }
        }
    }

    private static string? Find(string file) => Folders
        .Select(folder => Path.Combine(AppContext.BaseDirectory, folder, file)).FirstOrDefault(File.Exists);

    /// <summary>The loader's line about this file, and what to do about the kinds of line that are known.</summary>
    private static string Reason(string message, string file)
    {
        var line = message.Split('\n').Select(l => l.Trim()).FirstOrDefault(l => l.Contains(": ", StringComparison.Ordinal) && l.Contains(".so", StringComparison.Ordinal)) ?? message;
        var advice = line switch
        {
            _ when line.Contains("GLIBCXX_", StringComparison.Ordinal) =>
                "The system's libstdc++ is older than the file was built for. The build makes this need weak (build/NativeLibraries.targets): rebuild with the SDK, or use a system with GCC 13 or newer (Ubuntu 24.04, Debian 13).",
            _ when line.Contains("GLIBC_", StringComparison.Ordinal) => "The system's C library is too old: glibc 2.34 or newer is needed (Debian 12, Ubuntu 22.04).",
            _ when line.Contains("cannot open shared object file", StringComparison.Ordinal) => "Install the library named there, or run deploy/install-native.sh.",
            _ when line.Contains("file too short", StringComparison.Ordinal) || line.Contains("invalid ELF", StringComparison.Ordinal) => $"{file} is damaged: delete the output folder and build again.",
            _ => "See docs/adr/0004-native-load-fix.md.",
        };
        return $"{line}. {advice}";
    }
}
