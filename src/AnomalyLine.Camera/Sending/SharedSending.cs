using System.Collections.Concurrent;
using AnomalyLine.Client;
using AnomalyLine.Contracts.V1;
using AnomalyLine.Imaging.Sharing;
using Google.Protobuf;

namespace AnomalyLine.Camera.Sending;

/// <summary>The frames of one connection that go through shared memory: all that fit, where the server takes it. Requests: one thread at a time; answers: any.</summary>
/// <param name="server">The server; null to send all in messages.</param>
internal sealed class SharedSending(ServerAddress? server) : IDisposable
{
    private readonly ConcurrentDictionary<ulong, long> _places = new();
    private SharedFrames? _memory;
    private bool _isOffered;

    /// <summary>What to send for a frame; waits for a place in the memory.</summary>
    public async ValueTask<InspectRequest> RequestOfAsync(Shot shot, CancellationToken cancel)
    {
        if (!_isOffered && server is not null && shot.Bytes >= SharedFrames.LeastBytes)
        {
            // The first of them says how large they are.
            _isOffered = true;
            _memory = server.OfferMemory(shot.Bytes);
        }

        if (_memory is null || shot.Bytes < SharedFrames.LeastBytes || shot.Bytes > _memory.SlotBytes) return shot.Request;
        var place = await _memory.WriteAsync(shot.Request.Frame.Data.Memory, cancel);
        _places[shot.Request.RequestId] = place;
        var request = shot.Request.Clone();
        request.Frame.Data = ByteString.Empty;
        request.Frame.SharedData = new SharedData { Memory = UnsafeByteOperations.UnsafeWrap(_memory.Name), Offset = (ulong)place, Length = (uint)shot.Bytes };
        return request;
    }

    /// <summary>A frame is answered: its place is free.</summary>
    public void Answered(ulong requestId)
    {
        if (_places.TryRemove(requestId, out var place)) _memory!.Release(place);
    }

    /// <inheritdoc/>
    public void Dispose() => _memory?.Dispose();
}
