using AnomalyLine.Management.Audit;
using Grpc.Core;

namespace AnomalyLine.Server.Grpc;

/// <summary>Changes by calls, with their entries in the audit.</summary>
internal static class Audited
{
    private const string User = "x-user";
    private const int MaxUserLength = 128;

    /// <summary>Who calls: the name in the metadata "x-user", which nothing checks until there is a sign-in, and the peer's address.</summary>
    public static Caller ToCaller(this ServerCallContext context)
    {
        var user = context.RequestHeaders.GetValue(User) ?? "";
        return new Caller(user.Length <= MaxUserLength ? user : user[..MaxUserLength], context.Peer);
    }

    /// <summary>Before a change outside the management database: fails the call where its entry could not be written.</summary>
    public static async Task RequireAsync(this AuditLog audit, ServerCallContext context)
    {
        if (await audit.CheckWritableAsync(context.CancellationToken) is { } error) throw error.ToRpcException();
    }

    /// <summary>After such a change: writes its entry, also where the caller has gone meanwhile.</summary>
    public static async Task NoteAsync(this AuditLog audit, ServerCallContext context, string action, string subject, object? oldValue, object? newValue) =>
        (await audit.AppendAsync(context.ToCaller(), action, subject, oldValue, newValue, CancellationToken.None)).OrThrow();
}
