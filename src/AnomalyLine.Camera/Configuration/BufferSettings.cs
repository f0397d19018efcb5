namespace AnomalyLine.Camera.Configuration;

/// <summary>Frames that wait for their answer, or for the server.</summary>
internal sealed record BufferSettings
{
    /// <summary>Most of them, 1..100 000.</summary>
    public int Frames { get; init; } = 128;

    /// <summary>Most bytes of their pixels, 1 MiB..64 GiB.</summary>
    public long Bytes { get; init; } = 512L << 20;

    /// <summary>Which are kept where more come: the newest (one that was not sent yet goes), or the oldest (the new one goes).</summary>
    public bool KeepsNewest { get; init; }
}
