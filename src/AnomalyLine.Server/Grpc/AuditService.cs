using AnomalyLine.Management.Audit;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>Who changed what, when, from where.</summary>
internal sealed class AuditService(AuditLog audit) : Wire.AuditService.AuditServiceBase
{
    private const int DefaultPageSize = 100;

    public override async Task<Wire.ListAuditEntriesResponse> ListAuditEntries(Wire.ListAuditEntriesRequest request, ServerCallContext context)
    {
        var count = RequestReader.ToPageSize(request.PageSize, AuditLog.MaxPageSize, DefaultPageSize);
        var subject = request.Subject.Length == 0 ? null : request.Subject;
        var entries = (await audit.ListAsync(RequestReader.ToLong(request.AfterSequence), subject, count, context.CancellationToken)).OrThrow();
        return new Wire.ListAuditEntriesResponse { Entries = { entries.Select(ToWire) } };
    }

    public override async Task<Wire.VerifyAuditResponse> VerifyAudit(Wire.VerifyAuditRequest request, ServerCallContext context)
    {
        var check = (await audit.VerifyAsync(context.CancellationToken)).OrThrow();
        return new Wire.VerifyAuditResponse
        {
            Entries = (ulong)check.Entries,
            Head = check.Head,
            FirstBrokenSequence = (ulong)(check.FirstBroken ?? 0),
            Reason = check.Reason,
            RemovedThrough = (ulong)check.RemovedThrough,
        };
    }

    private static Wire.AuditEntry ToWire(AuditEntry entry) => new()
    {
        Sequence = (ulong)entry.Sequence,
        Time = entry.Time.ToTimestamp(),
        User = entry.User,
        Origin = entry.Origin,
        Action = entry.Action,
        Subject = entry.Subject,
        OldValue = entry.OldValue,
        NewValue = entry.NewValue,
        PreviousHash = entry.PreviousHash,
        Hash = entry.Hash,
    };
}
