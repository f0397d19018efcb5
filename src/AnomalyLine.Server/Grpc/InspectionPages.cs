using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using AnomalyLine.Inspection;
using Google.Protobuf;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>
/// Lists of inspections: a request as a search of the log, and the tokens of its pages. A token is the sequence to go on before, with a sum of the search that
/// it belongs to.
/// </summary>
internal static class InspectionPages
{
    private const int TokenBytes = 16;

    /// <summary>The search, from where the page's token says.</summary>
    /// <exception cref="global::Grpc.Core.RpcException">A value is outside its range, or the token is of another list.</exception>
    public static LogSearch ToSearch(this Wire.ListInspectionsRequest request)
    {
        foreach (var (field, time) in new[] { ("from_time", request.FromTime), ("until_time", request.UntilTime) })
        {
            if (time is not null && !RequestReader.IsValid(time))
                throw LineErrors.InvalidArgument(field, "is outside 0001-01-01..9999-12-31; send UTC time or leave it out.");
        }

        if (request.HasMinScore && float.IsNaN(request.MinScore)) throw LineErrors.InvalidArgument("min_score", "is no number; send one or leave it out.");
        if (request.HasMaxScore && float.IsNaN(request.MaxScore)) throw LineErrors.InvalidArgument("max_score", "is no number; send one or leave it out.");
        return new LogSearch
        {
            Station = request.Station,
            BeforeSequence = request.PageToken.Length > 0 ? FromToken(request)
                : request.BeforeSequence > 0 ? RequestReader.ToLong(request.BeforeSequence) : long.MaxValue,
            Verdicts = [.. request.Verdicts.Select(verdict => EnumWire.FromWire<Verdict, Wire.Verdict>(verdict, "verdicts"))],
            ReasonCodes = [.. request.ReasonCodes.Select(code => EnumWire.FromWire<ReasonCode, Wire.ReasonCode>(code, "reason_codes"))],
            PartId = request.PartId,
            ProductId = request.HasProductId ? request.ProductId : null,
            From = request.FromTime?.ToDateTimeOffset(),
            Until = request.UntilTime?.ToDateTimeOffset(),
            MinScore = request.HasMinScore ? request.MinScore : null,
            MaxScore = request.HasMaxScore ? request.MaxScore : null,
        };
    }

    /// <summary>The token of the page that goes on before a sequence.</summary>
    public static string ToToken(Wire.ListInspectionsRequest request, long beforeSequence)
    {
        Span<byte> token = stackalloc byte[TokenBytes];
        BinaryPrimitives.WriteInt64BigEndian(token, beforeSequence);
        Sum(request).CopyTo(token[8..]);
        return Base64Url.EncodeToString(token);
    }

    private static long FromToken(Wire.ListInspectionsRequest request)
    {
        Span<byte> token = stackalloc byte[TokenBytes];
        if (!PageToken.TryRead(request.PageToken, token) || !Sum(request).AsSpan().SequenceEqual(token[8..]))
        {
            throw LineErrors.InvalidArgument(
                "page_token", "is none of this list; send next_page_token of the page before, with the same other fields, or leave it out.");
        }

        return BinaryPrimitives.ReadInt64BigEndian(token);
    }

    /// <summary>What a token is bound to: everything that chooses inspections.</summary>
    private static byte[] Sum(Wire.ListInspectionsRequest request)
    {
        var search = request.Clone();
        (search.PageToken, search.PageSize) = ("", 0);
        return SHA256.HashData(search.ToByteArray())[..8];
    }
}
