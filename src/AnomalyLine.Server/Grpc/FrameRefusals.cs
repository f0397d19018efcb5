using AnomalyLine.Server.Observability;

namespace AnomalyLine.Server.Grpc;

/// <summary>
/// Counts what a camera's stream refuses, and logs each kind once, with who sent it: a camera that is set up wrongly sends the same again and
/// again.
/// </summary>
internal sealed partial class FrameRefusals(ServerMetrics metrics, ILogger logger, string peer)
{
    private readonly HashSet<string> _logged = new(StringComparer.Ordinal);

    /// <summary>Notes one; the stream's reader calls it, one at a time.</summary>
    public void Note(FrameRefusal refusal)
    {
        metrics.Refused(refusal.Word);
        if (_logged.Add(refusal.Word)) LogRefused(logger, peer, refusal.Word, refusal.Text);
    }

    [LoggerMessage(EventId = 143, Level = LogLevel.Warning, Message = "A camera at {Peer} sent what cannot be judged ({Word}; said once a stream): {Reason}")]
    private static partial void LogRefused(ILogger logger, string peer, string word, string reason);
}
