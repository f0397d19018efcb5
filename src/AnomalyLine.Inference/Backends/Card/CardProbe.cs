using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;

namespace AnomalyLine.Inference.Backends.Card;

/// <summary>
/// Finds out whether ONNX Runtime's CUDA provider can run here, before it is asked: it would name the first library that it misses, in the words of the loader, and nothing of those after
/// it (docs/adr/0063-a-build-for-a-card.md). Libraries count where the loader finds them, and beside the program.
/// </summary>
public static partial class CardProbe
{
    /// <summary>The CUDA that the provider was linked against.</summary>
    internal const int CudaMajor = 13;

    /// <summary>What the provider was linked against, beside the driver: the file's entries NEEDED (readelf -d).</summary>
    internal static readonly string[] CudaLibraries = ["libcudart.so.13", "libcublas.so.13", "libcublasLt.so.13", "libcurand.so.10"];

    /// <summary>What the provider loads when it is made.</summary>
    internal const string CuDnnLibrary = "libcudnn.so.9";

    /// <summary>What the TensorRT provider needs beside that.</summary>
    internal static readonly string[] TensorRtLibraries = ["libnvinfer.so.10", "libnvonnxparser.so.10"];

    /// <summary>What <see cref="Explain"/> says where the card's memory, or its bound, is used up.</summary>
    internal const string OutOfMemory = "The card has no memory left: raise Line:Card:MemoryLimitBytes, lower Line:MaxBatchSize, or end what else uses it.";

    private const string Provider = "libonnxruntime_providers_cuda.so";

    private static readonly Lazy<CardReport> s_report = new(() => Look(IsBuilt, Loads, CudaDriver.Ask));

    /// <summary>What there is, looked at once in a process: libraries and cards that come later need a restart. Any thread.</summary>
    public static CardReport Report => s_report.Value;

    /// <summary>Version of ONNX Runtime.</summary>
    public static string RuntimeVersion => OrtEnv.Instance().GetVersionString();

    /// <summary>Whether the build brings the provider.</summary>
    private static bool IsBuilt => File.Exists(Path.Combine(AppContext.BaseDirectory, Provider)) || File.Exists(Path.Combine(AppContext.BaseDirectory, "runtimes/linux-x64/native", Provider));

    /// <summary>What follows from what loads and what the driver says.</summary>
    /// <param name="isBuilt">Whether the build brings the provider.</param>
    /// <param name="loads">Whether a library is there.</param>
    /// <param name="askDriver">Asks the driver; called only if its library loads.</param>
    internal static CardReport Look(bool isBuilt, Func<string, bool> loads, Func<CudaDriver.Answer> askDriver)
    {
        if (!isBuilt) return new CardReport(false, [], []);
        var problems = new List<string>();
        var answer = loads(CudaDriver.Library) ? askDriver() : null;
        if (Problem(answer) is { } ofDriver) problems.Add(ofDriver);
        var missing = CudaLibraries.Where(library => !loads(library)).ToArray();
        if (missing.Length > 0) problems.Add(Missing(missing, loads));
        if (!loads(CuDnnLibrary))
        {
            var other = loads("libcudnn.so.8") ? " (version 8 is there, which is another)" : "";
            problems.Add($"cuDNN 9 for CUDA {CudaMajor} is missing ({CuDnnLibrary}){other}: install the package cudnn9-cuda-{CudaMajor} from NVIDIA's repository, or name its folder in LD_LIBRARY_PATH.");
        }

        return new CardReport(true, problems, answer?.Devices ?? []);
    }

    /// <summary>What is missing for TensorRT; null where nothing is.</summary>
    internal static string? LackOfTensorRt(Func<string, bool>? loads = null)
    {
        var missing = TensorRtLibraries.Where(library => !(loads ?? Loads)(library)).ToArray();
        return missing.Length == 0 ? null : $"TensorRT 10 is missing ({string.Join(", ", missing)}): install the packages libnvinfer10 and libnvonnxparsers10 from NVIDIA's repository, or judge by the provider Cuda.";
    }

    /// <summary>What a provider's own failure means: the cause and what to do where it is known, else its first line.</summary>
    internal static string Explain(string message)
    {
        var line = message.Split('\n')[0].Trim();
        return message switch
        {
            _ when MissingLibrary().Match(message) is { Success: true } match => $"{match.Groups["file"].Value} does not load; install the package of CUDA {CudaMajor}, cuDNN 9 or TensorRT 10 that has it.",
            _ when message.Contains("is not enabled in this build", StringComparison.Ordinal) || message.Contains("execution provider is not supported", StringComparison.OrdinalIgnoreCase) =>
                "This build has no part for a card: build with -p:OnnxBackend=gpu.",
            _ when message.Contains("driver version is insufficient", StringComparison.Ordinal) || message.Contains("CUDA failure 35:", StringComparison.Ordinal) =>
                $"The driver is too old for CUDA {CudaMajor}: install driver 580 or newer.",
            _ when message.Contains("no CUDA-capable device", StringComparison.Ordinal) || message.Contains("CUDA failure 100:", StringComparison.Ordinal) =>
                "The driver finds no card: see nvidia-smi, and CUDA_VISIBLE_DEVICES of this process.",
            _ when message.Contains("invalid device ordinal", StringComparison.Ordinal) || message.Contains("CUDA failure 101:", StringComparison.Ordinal) =>
                "There is no card of that number: see Line:Card:Devices, and CUDA_VISIBLE_DEVICES of this process.",
            _ when message.Contains("no kernel image is available", StringComparison.Ordinal) || message.Contains("CUDA failure 209:", StringComparison.Ordinal) =>
                $"ONNX Runtime was not built for this card: CUDA {CudaMajor} needs compute capability 7.5 or newer.",
            _ when IsOutOfMemory(message) => OutOfMemory,
            _ => line,
        };
    }

    private static bool IsOutOfMemory(string message) =>
        message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) || message.Contains("Failed to allocate memory", StringComparison.Ordinal)
        || message.Contains("is smaller than requested bytes", StringComparison.Ordinal);

    private static string? Problem(CudaDriver.Answer? answer)
    {
        if (answer is null)
            return $"NVIDIA's driver is missing ({CudaDriver.Library}): install it (580 or newer), or start the container with the NVIDIA Container Toolkit (docker run --gpus all).";
        if (answer.Fault.Length > 0) return $"NVIDIA's driver cannot be used ({answer.Fault}): see nvidia-smi; after an update of the driver, restart the machine.";
        if (answer.CudaVersion < 1000 * CudaMajor)
            return $"NVIDIA's driver serves CUDA {answer.CudaVersion / 1000}.{answer.CudaVersion % 1000 / 10}, and ONNX Runtime needs {CudaMajor}: install driver 580 or newer.";
        return answer.Devices.Count == 0 ? "The driver finds no card: see nvidia-smi, and CUDA_VISIBLE_DEVICES of this process." : null;
    }

    private static string Missing(string[] missing, Func<string, bool> loads)
    {
        var others = Enumerable.Range(11, 4).Where(major => major != CudaMajor && missing.Any(library => loads(library.Replace($".so.{CudaMajor}", $".so.{major}", StringComparison.Ordinal)))).ToArray();
        var found = others.Length == 0 ? "" : $" (version {string.Join(" and ", others)} is there, which is another)";
        return $"CUDA {CudaMajor}'s libraries are missing: {string.Join(", ", missing)}{found}; install the package cuda-libraries-{CudaMajor}-0 from NVIDIA's repository, or name their folder in LD_LIBRARY_PATH.";
    }

    /// <summary>It stays loaded, so that the provider finds one beside the program too.</summary>
    internal static bool Loads(string library) => NativeLibrary.TryLoad(library, out _) || NativeLibrary.TryLoad(Path.Combine(AppContext.BaseDirectory, library), out _);

    [GeneratedRegex(@"(?<file>lib[\w.+-]+\.so[\w.]*): cannot open shared object file", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex MissingLibrary();
}
