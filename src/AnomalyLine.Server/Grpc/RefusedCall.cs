using System.Globalization;
using AnomalyLine.Inspection;
using AnomalyLine.Server.Memory;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace AnomalyLine.Server.Grpc;

/// <summary>The answer to a call that is refused before its message is read: as gRPC and REST answer a failed call.</summary>
internal static class RefusedCall
{
    private static readonly JsonFormatter s_json = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true).WithTypeRegistry(TypeRegistry.FromMessages(Google.Rpc.ErrorInfo.Descriptor)));

    public static Task AnswerAsync(HttpContext http, LineError error)
    {
        var failure = error.ToRpcException();
        if (IsGrpc(http)) return AnswerGrpcAsync(http.Response, failure);
        if (error.Code == LineErrorCode.MemoryShort)
            http.Response.Headers.RetryAfter = ((long)MemoryBudget.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        http.Response.StatusCode = LineErrors.ToHttpStatus(error.Code);
        http.Response.ContentType = "application/json; charset=utf-8";
        return http.Response.WriteAsync(s_json.Format(Google.Rpc.Status.Parser.ParseFrom(failure.Trailers.GetValueBytes(LineErrors.DetailsTrailer))), http.RequestAborted);
    }

    /// <summary>Whether it came over gRPC, not REST.</summary>
    public static bool IsGrpc(HttpContext http) =>
        http.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true && HttpProtocol.IsHttp2(http.Request.Protocol);

    private static async Task AnswerGrpcAsync(HttpResponse response, RpcException failure)
    {
        response.ContentType = "application/grpc";
        await response.StartAsync();
        response.AppendTrailer("grpc-status", ((int)failure.StatusCode).ToString(CultureInfo.InvariantCulture));
        response.AppendTrailer("grpc-message", Uri.EscapeDataString(failure.Status.Detail));
        foreach (var trailer in failure.Trailers) response.AppendTrailer(trailer.Key, trailer.IsBinary ? Convert.ToBase64String(trailer.ValueBytes) : trailer.Value);
    }
}
