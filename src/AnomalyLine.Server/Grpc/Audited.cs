using AnomalyLine.Management.Audit;
using AnomalyLine.Server.Access;
using Grpc.Core;

namespace AnomalyLine.Server.Grpc;

/// <summary>Changes by calls, with their entries in the audit.</summary>
internal static class Audited
{
    private const string User = "x-user";
    private const int MaxUserLength = 128;

    /// <summary>
    /// Who calls, and from which address: the user or key that the server knows. Where a program on the server's machine came without a key, the name in the metadata "x-user", which nothing
    /// checks, and the origin says so.
    /// </summary>
    public static Caller ToCaller(this ServerCallContext context) => context.GetHttpContext().ToCaller();

    /// <summary>The same of a request.</summary>
    public static Caller ToCaller(this HttpContext http)
    {
        var peer = Origins.PeerOf(http);
        if (Visit.Of(http).Who is not { } who) return new Caller("", $"{peer} (nobody)");
        if (who.Kind != IdentityKind.Local) return who.ToCaller(peer);
        var user = http.Request.Headers[User].ToString();
        return new Caller(user.Length <= MaxUserLength ? user : user[..MaxUserLength], $"{peer} (name not checked)");
    }

    /// <summary>Before a change outside the management database: fails the call where its entry could not be written.</summary>
    public static async Task RequireAsync(this AuditLog audit, ServerCallContext context)
    {
        if (await audit.CheckWritableAsync(context.CancellationToken) is { } error) throw error.ToRpcException();
    }

    /// <summary>After such a change: writes its entry.</summary>
    public static Task NoteAsync(this AuditLog audit, ServerCallContext context, string action, string subject, object? oldValue, object? newValue) =>
        audit.NoteAsync(context.ToCaller(), action, subject, oldValue, newValue);
}
