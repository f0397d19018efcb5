using AnomalyLine.Inspection;
using AnomalyLine.Server.Memory;

namespace AnomalyLine.Server.Grpc;

/// <summary>Why a message of a camera's stream cannot be judged.</summary>
/// <param name="Word">A stable word for the metric and the answer.</param>
/// <param name="HasStation">Whether it becomes an inspection of its station: not where its station is unknown, and not where the same frame is to come again.</param>
/// <param name="Text">What is wrong and what to do.</param>
internal sealed record FrameRefusal(string Word, bool HasStation, string Text)
{
    /// <summary>A frame above the server's limit.</summary>
    public static FrameRefusal TooLarge(long bytes, int mostBytes) => new(
        "frame-too-large", true, $"frame.data: has {bytes} bytes; this server takes up to {mostBytes}. Send less, or raise AnomalyLine:MaxFrameBytes.");

    /// <summary>A frame for which there is no memory.</summary>
    public static FrameRefusal MemoryShort { get; } = new(LineErrors.Word(LineErrorCode.MemoryShort), true, MemoryBudget.Refusal.Message) { Reason = ReasonCode.Overloaded };

    /// <summary>A message for which there is no memory, which ends the stream.</summary>
    public static FrameRefusal MemoryShortForMessage { get; } = MemoryShort with { HasStation = false };

    /// <summary>What the inspection says, where there is one.</summary>
    public ReasonCode Reason { get; init; } = ReasonCode.InvalidFrame;

    /// <summary>Bytes that are no message of the contract.</summary>
    public static FrameRefusal NoMessage(long bytes, string reason) => new(
        "invalid-message", false, $"A message of {bytes} bytes is no InspectRequest: {reason} Check the client's version of the contract.");

    /// <summary>A frame whose bytes are not where it says: its program sends it again.</summary>
    public static FrameRefusal SharedUnreadable(string reason) => new("shared-frame-unreadable", false, $"{reason}. Send the frame again with its bytes in data.");

    /// <summary>A message that is too large to be looked at, which ends the stream.</summary>
    public static FrameRefusal MessageTooLarge(int mostBytes) => new(
        "message-too-large", false, $"A message is larger than {mostBytes} bytes, which ends the stream; this server takes frames up to AnomalyLine:MaxFrameBytes. Connect again without it.");
}
