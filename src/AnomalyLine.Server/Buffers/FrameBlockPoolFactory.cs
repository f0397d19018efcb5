using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace AnomalyLine.Server.Buffers;

/// <summary>Gives the web server its memory.</summary>
internal sealed class FrameBlockPoolFactory : IMemoryPoolFactory<byte>
{
    /// <summary>A pool that its user disposes.</summary>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new FrameBlockPool();
}
