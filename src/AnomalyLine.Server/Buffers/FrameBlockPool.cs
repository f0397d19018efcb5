using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace AnomalyLine.Server.Buffers;

/// <summary>
/// Memory that connections are read into, in blocks of 64 KiB where the web server's own have 4: a camera frame of 1.3 MB then takes a sixteenth of the
/// system calls and of the pieces to pass on. Blocks are pinned and kept for the next frame, as many as were ever needed at a time up to a limit.
/// </summary>
internal sealed class FrameBlockPool : MemoryPool<byte>
{
    private const int BlockBytes = 64 * 1024;

    /// <summary>32 MiB in all; further ones go back to the runtime.</summary>
    private const int MostKept = 512;

    private readonly ConcurrentStack<byte[]> _free = new();

    /// <inheritdoc/>
    public override int MaxBufferSize => BlockBytes;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        return new Block(this, _free.TryPop(out var block) ? block : GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _free.Clear();

    private void Return(byte[] block)
    {
        if (_free.Count < MostKept) _free.Push(block);
    }

    private sealed class Block(FrameBlockPool pool, byte[] block) : IMemoryOwner<byte>
    {
        private byte[]? _block = block;

        public Memory<byte> Memory => MemoryMarshal.CreateFromPinnedArray(_block ?? throw new ObjectDisposedException(nameof(Block)), 0, BlockBytes);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _block, null) is { } returned) pool.Return(returned);
        }
    }
}
