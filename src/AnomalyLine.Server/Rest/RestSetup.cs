using Google.Protobuf.Reflection;
using Google.Rpc;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;

namespace AnomalyLine.Server.Rest;

/// <summary>The calls of the contract as REST under /v1, with their description at /openapi/v1.json and a page that shows it at /api.</summary>
internal static class RestSetup
{
    /// <summary>
    /// Values that are the default are written too: a client need not know the defaults of the contract. Numbers of 64 bits are strings, as in protobuf's JSON form: a script would
    /// round those above 2^53.
    /// </summary>
    public static void Configure(GrpcJsonTranscodingOptions options)
    {
        options.TypeRegistry = TypeRegistry.FromMessages(ErrorInfo.Descriptor);
        options.JsonSettings = new GrpcJsonSettings { IgnoreDefaultValues = false, WriteInt64sAsStrings = true };
    }
}
