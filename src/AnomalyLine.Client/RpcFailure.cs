using AnomalyLine.Imaging;
using Grpc.Core;

namespace AnomalyLine.Client;

/// <summary>A failed call to a server, in words for people.</summary>
public static class RpcFailure
{
    /// <summary>What it was and what to do, in one line.</summary>
    public static string Describe(RpcException failure) => failure.StatusCode switch
    {
        StatusCode.Unavailable => $"the server does not answer ({OneLine(failure.Status.Detail)}); is it running, and is --server its gRPC address?",
        StatusCode.Unimplemented => "the server does not know this call; is --server the address of an AnomalyLine server of this release?",
        StatusCode.Cancelled => "cancelled.",
        StatusCode.Unauthenticated => $"{OneLine(failure.Status.Detail)} Run this as the user who runs the server, or give a key with --key or the variable ANOMALYLINE_KEY; an administrator makes one with 'anomalyline keys add'.",
        _ => OneLine(failure.Status.Detail),
    };

    /// <summary>A text as one line; control characters are written out.</summary>
    public static string OneLine(string text) => ControlCharacters.Escape(text.Trim().ReplaceLineEndings(" "));
}
