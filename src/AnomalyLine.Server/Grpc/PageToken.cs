using System.Buffers;
using System.Buffers.Text;

namespace AnomalyLine.Server.Grpc;

/// <summary>Tokens of pages as text, which come back from callers as anything.</summary>
internal static class PageToken
{
    /// <summary>Reads one of exactly these bytes; false for all else.</summary>
    public static bool TryRead(string text, Span<byte> token) =>
        text.Length == Base64Url.GetEncodedLength(token.Length)
        && Base64Url.DecodeFromChars(text, token, out var read, out var written) == OperationStatus.Done && read == text.Length && written == token.Length;
}
