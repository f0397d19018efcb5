using AnomalyLine.Server.Access;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace AnomalyLine.Server.Grpc;

/// <summary>Ends a stream with its next message where its caller may no longer. Whether a call may begin is decided before its first message is read.</summary>
internal sealed class AccessInterceptor(AccessControl access) : Interceptor
{
    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        continuation(new CheckedReader<TRequest>(requestStream, Check(context)), context);

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        continuation(request, new CheckedWriter<TResponse>(responseStream, Check(context)), context);

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        // Frames are checked as they come; those that were taken get their answers.
        continuation(new CheckedReader<TRequest>(requestStream, Check(context)), responseStream, context);

    private Action Check(ServerCallContext context)
    {
        var (who, rule) = (Visit.Of(context.GetHttpContext()).Who, Permissions.All[context.Method]);
        return () =>
        {
            if (access.Refuse(who, rule) is { } refused) throw refused.ToRpcException();
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
