using System.Collections.Concurrent;
using AnomalyLine.Client;
using AnomalyLine.Contracts.V1;
using AnomalyLine.Imaging.Sharing;
using Google.Protobuf;

namespace AnomalyLine.Camera.Sending;

/// <summary>The frames of one connection that go through shared memory: all that fit, where the server takes it. Requests: one thread at a time; answers: any.</summary>
/// <param name="server">The server; null to send all in messages.</param>
/// <param name="time">The clock.</param>
internal sealed class SharedSending(ServerAddress? server, TimeProvider time) : IDisposable
{
    /// <summary>How often the server is asked: at once, and 1, 3, 7, 15 and 31 s later. A server that starts takes frames a moment before it takes memory.</summary>
    private const int MostOffers = 6;

    private readonly ConcurrentDictionary<ulong, long> _places = new();
    private readonly long _start = time.GetTimestamp();
    private Task<SharedFrames?>? _offering;
    private SharedFrames? _memory;
    private int _offers;

    /// <summary>What to send for a frame; waits for a place in the memory.</summary>
    public async ValueTask<InspectRequest> RequestOfAsync(Shot shot, CancellationToken cancel)
    {
        if (shot.Bytes < SharedFrames.LeastBytes) return shot.Request;
        if (_memory is null && server is not null) await OfferAsync(server, shot.Bytes);
        if (_memory is null || shot.Bytes > _memory.SlotBytes) return shot.Request;
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
    public void Dispose()
    {
        _memory?.Dispose();
        if (_offering is { } late) _ = DisposeAsync(late);
    }

    private static async Task DisposeAsync(Task<SharedFrames?> late) => (await late)?.Dispose();

    /// <summary>Asks the server to take memory. The first frame, which says how large they are, waits for its answer; later ones go in messages meanwhile, since a server that hangs is waited for as long as two seconds.</summary>
    private async Task OfferAsync(ServerAddress to, int frameBytes)
    {
        if (_offering is null && _offers < MostOffers && time.GetElapsedTime(_start) >= TimeSpan.FromSeconds((1 << _offers) - 1))
        {
            _offers++;
            _offering = Task.Run(() => to.OfferMemory(frameBytes));
        }

        if (_offering is null || (_offers > 1 && !_offering.IsCompleted)) return;
        _memory = await _offering;
        _offering = null;
    }
}
