using System.Runtime.InteropServices;
using AnomalyLine.Inference.Backends.Card;

namespace AnomalyLine.Vision.Tests.Models;

public sealed class CardProbeTests
{
    private static readonly CardDevice s_card = new(0, "NVIDIA A10", 24L << 30, "8.6", "0000:01:00.0");
    private static readonly CudaDriver.Answer s_driver = new("", 13000, [s_card]);
    private static readonly string[] s_all = [CudaDriver.Library, .. CardProbe.CudaLibraries, CardProbe.CuDnnLibrary];

    [Fact]
    public void Look_EverythingThere_IsUsableAndNamesTheCard()
    {
        var report = Look(s_all);

        Assert.True(report.IsUsable);
        Assert.Equal(("", "0: NVIDIA A10, 24.0 GiB, compute capability 8.6"), (report.Reason, report.DevicesText));
    }

    [Fact]
    public void Look_BuiltForTheProcessor_SaysHowToBuild()
    {
        var report = CardProbe.Look(isBuilt: false, _ => true, () => s_driver);

        Assert.False(report.IsUsable);
        Assert.Empty(report.Problems);
        Assert.Equal("This build has no part for a card: build with -p:OnnxBackend=gpu.", report.Reason);
    }

    [Theory]
    [InlineData("libcuda.so.1", "NVIDIA's driver is missing (libcuda.so.1): install it")]
    [InlineData("libcudart.so.13", "CUDA 13's libraries are missing: libcudart.so.13; install the package cuda-libraries-13-0")]
    [InlineData("libcurand.so.10", "CUDA 13's libraries are missing: libcurand.so.10; install the package cuda-libraries-13-0")]
    [InlineData("libcudnn.so.9", "cuDNN 9 for CUDA 13 is missing (libcudnn.so.9): install the package cudnn9-cuda-13")]
    public void Look_OneLibraryMissing_NamesItAlone(string missing, string expected) =>
        Assert.StartsWith(expected, Assert.Single(Look([.. s_all.Except([missing])]).Problems), StringComparison.Ordinal);

    [Fact]
    public void Look_NothingThere_NamesAllAtOnce() => Assert.Equal(3, Look([]).Problems.Count);

    [Fact]
    public void Look_OtherVersions_SaysThatTheyAreOthers()
    {
        var problems = Look([CudaDriver.Library, "libcudart.so.12", "libcublas.so.12", "libcublasLt.so.12", "libcurand.so.10", "libcudnn.so.8"]).Problems;

        Assert.Contains("libcudart.so.13, libcublas.so.13, libcublasLt.so.13 (version 12 is there, which is another)", problems[0], StringComparison.Ordinal);
        Assert.Contains("(version 8 is there, which is another)", problems[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 12040, 1, "serves CUDA 12.4, and ONNX Runtime needs 13: install driver 580 or newer")]
    [InlineData("", 13000, 0, "The driver finds no card: see nvidia-smi")]
    [InlineData("CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", 0, 0, "cannot be used (CUDA_ERROR_SYSTEM_DRIVER_MISMATCH)")]
    public void Look_DriverWithoutACard_SaysWhatItSays(string fault, int version, int cards, string expected)
    {
        var report = CardProbe.Look(isBuilt: true, _ => true, () => new CudaDriver.Answer(fault, version, [.. Enumerable.Repeat(s_card, cards)]));

        Assert.Contains(expected, Assert.Single(report.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Failed to load library libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared object file: No such file or directory", "libcublasLt.so.13 does not load; install the package of CUDA 13")]
    [InlineData("CUDA execution provider is not enabled in this build.", "This build has no part for a card")]
    [InlineData("CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=0", "The driver is too old for CUDA 13")]
    [InlineData("CUDA failure 100: no CUDA-capable device is detected ; GPU=-1", "The driver finds no card")]
    [InlineData("CUDA failure 101: invalid device ordinal ; GPU=3", "There is no card of that number")]
    [InlineData("CUDA failure 2: out of memory ; GPU=0", "The card has no memory left")]
    [InlineData("BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 1048576", "The card has no memory left")]
    [InlineData("Something else\nsecond line", "Something else")]
    public void Explain_AFailureOfTheProvider_NamesTheCause(string message, string expected) => Assert.StartsWith(expected, CardProbe.Explain(message), StringComparison.Ordinal);

    [Fact]
    public void LackOfTensorRt_OneLibraryMissing_NamesIt()
    {
        Assert.Contains("(libnvonnxparser.so.10)", CardProbe.LackOfTensorRt(library => library != "libnvonnxparser.so.10"), StringComparison.Ordinal);
        Assert.Null(CardProbe.LackOfTensorRt(_ => true));
    }

    [Fact]
    public void Report_ThisBuild_IsOfTheProcessorAndLoadsNothing()
    {
        Assert.False(CardProbe.Report.IsBuilt);
        Assert.False(CardProbe.Report.IsUsable);
    }

    [Fact]
    public void Look_ThisMachine_NamesTheDriverWhereItIsMissingAndEachProblemWithWhatToDo()
    {
        var problems = CardProbe.Look(isBuilt: true, CardProbe.Loads, CudaDriver.Ask).Problems;

        Assert.Equal(!NativeLibrary.TryLoad(CudaDriver.Library, out _), problems.Any(problem => problem.StartsWith("NVIDIA's driver is missing", StringComparison.Ordinal)));
        Assert.All(problems, problem => Assert.Matches("install|see nvidia-smi", problem));
    }

    private static CardReport Look(string[] there) => CardProbe.Look(isBuilt: true, there.Contains, () => s_driver);
}
