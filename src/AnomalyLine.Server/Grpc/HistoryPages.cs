using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using AnomalyLine.Inspection;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>Stretches of time: a request as a range of the log, and the tokens of its pages. A token is the place to go on behind, with a sum of the range that it belongs to.</summary>
internal static class HistoryPages
{
    private const int TokenBytes = 24;

    /// <summary>The range, from where the page's token says.</summary>
    /// <exception cref="global::Grpc.Core.RpcException">A time is outside its range, or the token is of another list.</exception>
    public static HistoryRange ToRange(this Wire.ReadHistoryRequest request) => new()
    {
        Station = request.Station,
        From = ToTime(request.FromTime, "from_time"),
        Until = ToTime(request.UntilTime, "until_time"),
        IsNewestFirst = request.NewestFirst,
        After = request.PageToken.Length == 0 ? null : FromToken(request),
    };

    /// <summary>The token of the page that goes on behind an inspection.</summary>
    public static string ToToken(Wire.ReadHistoryRequest request, InspectionRecord last)
    {
        Span<byte> token = stackalloc byte[TokenBytes];
        var place = HistoryPlace.Of(last);
        BinaryPrimitives.WriteInt64BigEndian(token, place.CompletionTicks);
        BinaryPrimitives.WriteInt64BigEndian(token[8..], place.Position);
        Sum(request).CopyTo(token[16..]);
        return Base64Url.EncodeToString(token);
    }

    /// <summary>From, until and length of the intervals that are asked for.</summary>
    /// <exception cref="global::Grpc.Core.RpcException">One is missing or outside its range.</exception>
    public static (DateTimeOffset From, DateTimeOffset Until, TimeSpan Interval) ToIntervals(this Wire.SummarizeHistoryRequest request)
    {
        var from = ToTime(request.FromTime, "from_time") ?? throw LineErrors.InvalidArgument("from_time", "is missing; send where the first interval begins.");
        var until = ToTime(request.UntilTime, "until_time") ?? throw LineErrors.InvalidArgument("until_time", "is missing; send where the last interval ends.");
        if (until < from) throw LineErrors.InvalidArgument("until_time", "is before from_time; send a later one.");
        var interval = request.Interval is null ? until - from : RequestReader.IsValid(request.Interval) ? request.Interval.ToTimeSpan() : TimeSpan.Zero;
        if (interval == TimeSpan.Zero && request.Interval is null) interval = TimeSpan.FromTicks(1);
        if (interval <= TimeSpan.Zero) throw LineErrors.InvalidArgument("interval", "is not above 0; send a longer one or leave it out.");
        if ((until - from) / interval > InspectionLog.MaxIntervals)
        {
            throw LineErrors.InvalidArgument("interval", $"would make more than {InspectionLog.MaxIntervals} intervals; send a longer one, or a shorter stretch of time.");
        }

        return (from, until, interval);
    }

    public static Wire.HistoryInterval ToWire(this HistoryInterval interval) => new()
    {
        StartTime = interval.Start.ToTimestamp(),
        Inspected = (ulong)interval.Inspected,
        Score = interval.Score.ToWire(),
        Threshold = interval.Threshold.ToWire(),
        Margin = interval.Margin.ToWire(),
        TotalMs = interval.TotalMs.ToWire(),
    };

    private static Wire.Spread ToWire(this Spread spread) => new()
    {
        Count = (ulong)spread.Count,
        Average = spread.Average,
        Minimum = spread.Minimum,
        Maximum = spread.Maximum,
    };

    private static DateTimeOffset? ToTime(Timestamp? time, string field) => time is null ? null
        : RequestReader.IsValid(time) ? time.ToDateTimeOffset()
        : throw LineErrors.InvalidArgument(field, "is outside 0001-01-01..9999-12-31; send UTC time or leave it out.");

    private static HistoryPlace FromToken(Wire.ReadHistoryRequest request)
    {
        Span<byte> token = stackalloc byte[TokenBytes];
        if (!PageToken.TryRead(request.PageToken, token) || !Sum(request).AsSpan().SequenceEqual(token[16..]))
        {
            throw LineErrors.InvalidArgument(
                "page_token", "is none of this list; send next_page_token of the page before, with the same other fields, or leave it out.");
        }

        return new HistoryPlace(BinaryPrimitives.ReadInt64BigEndian(token), BinaryPrimitives.ReadInt64BigEndian(token[8..]));
    }

    /// <summary>What a token is bound to: everything that chooses inspections.</summary>
    private static byte[] Sum(Wire.ReadHistoryRequest request)
    {
        var range = request.Clone();
        (range.PageToken, range.PageSize) = ("", 0);
        return SHA256.HashData(range.ToByteArray())[..8];
    }
}
