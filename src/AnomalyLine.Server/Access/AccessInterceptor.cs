using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;
using AnomalyLine.Server.Grpc;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace AnomalyLine.Server.Access;

/// <summary>Lets a call through, over gRPC or REST, where its caller may; and ends a stream with its next message where they may no longer.</summary>
internal sealed class AccessInterceptor(AccessControl access, RefusalLog refusals) : Interceptor
{
    private static readonly LineError s_unknown = new(LineErrorCode.RoleMissing, "This call is in no list of what callers may do, so nobody may.");

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        await RequireAsync(context);
        return await continuation(request, context);
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        var check = await RequireAsync(context);
        return await continuation(new CheckedReader<TRequest>(requestStream, check), context);
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        var check = await RequireAsync(context);
        await continuation(request, new CheckedWriter<TResponse>(responseStream, check), context);
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        // Frames are checked as they come; those that were taken get their answers.
        var check = await RequireAsync(context);
        await continuation(new CheckedReader<TRequest>(requestStream, check), responseStream, context);
    }

    /// <summary>Fails the call, or gives the check for its further messages.</summary>
    private async Task<Action> RequireAsync(ServerCallContext context)
    {
        var visit = Visit.Of(context.GetHttpContext());
        var rule = Calls.All.GetValueOrDefault(context.Method);
        if ((rule is null ? s_unknown : access.Refuse(visit.Who, rule, visit.Why)) is { } error)
        {
            // What only reads is refused without an entry: the audit is of changes.
            if (rule is null || rule.Least > AccessRole.Viewer) await refusals.NoteAsync(context.ToCaller(), context.Method, error);
            throw error.ToRpcException();
        }

        return () =>
        {
            if (access.Refuse(visit.Who, rule!) is { } refused) throw refused.ToRpcException();
        };
    }

    private sealed class CheckedReader<T>(IAsyncStreamReader<T> inner, Action check) : IAsyncStreamReader<T>
    {
        public T Current => inner.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            var more = await inner.MoveNext(cancellationToken);
            check();
            return more;
        }
    }

    private sealed class CheckedWriter<T>(IServerStreamWriter<T> inner, Action check) : IServerStreamWriter<T>
    {
        public WriteOptions? WriteOptions
        {
            get => inner.WriteOptions;
            set => inner.WriteOptions = value;
        }

        public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

        public Task WriteAsync(T message, CancellationToken cancellationToken)
        {
            check();
            return inner.WriteAsync(message, cancellationToken);
        }
    }
}
