using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace AnomalyLine.Inference.Backends.Card;

/// <summary>
/// A buffer on this side and its twin on the provider's side, of a tensor that goes in or comes out: for CUDA pinned memory and the card's own, which stays where it is for as long as the session
/// lives; for the processor twice ordinary memory, so that the path is the same. One thread at a time.
/// </summary>
internal sealed unsafe class BoundMemory : IDisposable
{
    private readonly int? _device;
    private readonly nuint _bytes;
    private nint _here;
    private nint _there;

    /// <param name="device">The card's number; null for the processor.</param>
    /// <param name="bytes">Length of each side.</param>
    /// <exception cref="Detection.EngineException">There is not so much memory.</exception>
    public BoundMemory(int? device, long bytes)
    {
        (_device, _bytes) = (device, (nuint)bytes);
        try
        {
            if (device is { } number)
            {
                CudaRuntime.Check(CudaRuntime.SetDevice(number));
                CudaRuntime.Check(CudaRuntime.AllocateHost(out _here, _bytes, 0));
                CudaRuntime.Check(CudaRuntime.Allocate(out _there, _bytes));
            }
            else
            {
                (_here, _there) = ((nint)NativeMemory.AlignedAlloc(_bytes, 64), (nint)NativeMemory.AlignedAlloc(_bytes, 64));
            }

            new Span<byte>((void*)_here, checked((int)bytes)).Clear();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>This side, as numbers.</summary>
    public Span<float> Here => new((void*)_here, (int)(_bytes / sizeof(float)));

    /// <summary>The provider's side, for as long as this lives.</summary>
    public nint There => _there;

    /// <summary>What the provider's side is to ONNX Runtime; the caller disposes it.</summary>
    public static OrtMemoryInfo Describe(int? device) => device is { } number
        ? new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.DeviceAllocator, number, OrtMemType.Default)
        : new OrtMemoryInfo(OrtMemoryInfo.allocatorCPU, OrtAllocatorType.DeviceAllocator, 0, OrtMemType.Default);

    /// <summary>From here to there; done when it returns.</summary>
    public void Upload() => Copy(_there, _here, CudaRuntime.HostToDevice);

    /// <summary>From there to here; done when it returns.</summary>
    public void Download() => Copy(_here, _there, CudaRuntime.DeviceToHost);

    /// <inheritdoc/>
    public void Dispose()
    {
        // After a failure of the card these fail too, and there is nothing left to give back.
        if (_device is not null)
        {
            if (_here != 0) _ = CudaRuntime.FreeHost(_here);
            if (_there != 0) _ = CudaRuntime.Free(_there);
        }
        else
        {
            NativeMemory.AlignedFree((void*)_here);
            NativeMemory.AlignedFree((void*)_there);
        }

        (_here, _there) = (0, 0);
    }

    private void Copy(nint to, nint from, int kind)
    {
        if (_device is null) Buffer.MemoryCopy((void*)from, (void*)to, _bytes, _bytes);
        else CudaRuntime.Check(CudaRuntime.Copy(to, from, _bytes, kind));
    }
}
