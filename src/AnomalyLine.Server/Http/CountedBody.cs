using System.Buffers;
using System.IO.Pipelines;
using AnomalyLine.Server.Grpc;
using AnomalyLine.Server.Memory;
using Microsoft.AspNetCore.Http.Features;

namespace AnomalyLine.Server.Http;

/// <summary>
/// The body of a request, whose bytes that were read but not taken yet count as in flight: a message is only taken once it is whole, and many callers could each send most of a large one. The call
/// for which there is no room fails.
/// </summary>
internal sealed class CountedBody(PipeReader body, MemoryBudget memory) : PipeReader, IRequestBodyPipeFeature
{
    /// <summary>What any message may have without being asked about: a few of the blocks that connections are read into.</summary>
    private const long Free = 256 * 1024;

    private ReadOnlySequence<byte> _read;
    private long _held;

    /// <inheritdoc/>
    public PipeReader Reader => this;

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        Hold(_read.Slice(consumed).Length);
        _read = default;
        body.AdvanceTo(consumed, examined);
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => body.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        Leave();
        body.Complete(exception);
    }

    /// <inheritdoc/>
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => Note(await body.ReadAsync(cancellationToken));

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        if (!body.TryRead(out result)) return false;
        Note(result);
        return true;
    }

    /// <summary>Gives back what is held; the request is over.</summary>
    public void Leave()
    {
        memory.Exit(_held);
        _held = 0;
    }

    private ReadResult Note(ReadResult result)
    {
        _read = result.Buffer;
        Hold(result.Buffer.Length);
        return result;
    }

    private void Hold(long bytes)
    {
        var more = Math.Max(0, bytes - Free) - _held;
        if (more > 0 && !memory.TryEnter(more)) throw MemoryBudget.Refusal.ToRpcException();
        if (more < 0) memory.Exit(-more);
        _held += more;
    }
}
