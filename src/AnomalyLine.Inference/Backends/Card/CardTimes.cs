namespace AnomalyLine.Inference.Backends.Card;

/// <summary>What batches on cards have taken so far, all models of the process together. Any thread.</summary>
public static class CardTimes
{
    private static long s_upload, s_compute, s_download, s_batches;

    /// <summary>From this machine's memory to the card's.</summary>
    public static TimeSpan Upload => new(Interlocked.Read(ref s_upload));

    /// <summary>The graph, from its launch until the card has done it.</summary>
    public static TimeSpan Compute => new(Interlocked.Read(ref s_compute));

    /// <summary>Maps and scores back.</summary>
    public static TimeSpan Download => new(Interlocked.Read(ref s_download));

    /// <summary>Batches.</summary>
    public static long Batches => Interlocked.Read(ref s_batches);

    internal static void Add(TimeSpan upload, TimeSpan compute, TimeSpan download)
    {
        Interlocked.Add(ref s_upload, upload.Ticks);
        Interlocked.Add(ref s_compute, compute.Ticks);
        Interlocked.Add(ref s_download, download.Ticks);
        Interlocked.Increment(ref s_batches);
    }
}
