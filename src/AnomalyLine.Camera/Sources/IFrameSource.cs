namespace AnomalyLine.Camera.Sources;

/// <summary>Something that frames come from, opened. One thread reads it; another may trigger it.</summary>
internal interface IFrameSource : IDisposable
{
    /// <summary>Waits for the next frame.</summary>
    /// <returns>The frame; null at the end of the source, and where it is cancelled.</returns>
    /// <exception cref="SourceException">The source failed and has to be opened anew.</exception>
    SourceFrame? Read(CancellationToken cancel);

    /// <summary>Asks the camera for a frame; does nothing where that is not how it is triggered.</summary>
    /// <returns>What is wrong; null where it was asked.</returns>
    string? Trigger();
}
