namespace AnomalyLine.Camera.GenICam;

/// <summary>What the transport says of a buffer (ArvBufferStatus).</summary>
internal enum BufferStatus
{
    Unknown = -1,
    Success = 0,

    /// <summary>Not a frame: the buffer came back unused.</summary>
    Cleared = 1,
    Timeout = 2,
    MissingPackets = 3,
    WrongPacketId = 4,
    SizeMismatch = 5,
    Filling = 6,

    /// <summary>Not a frame: the acquisition ended.</summary>
    Aborted = 7,
    PayloadNotSupported = 8,
}
