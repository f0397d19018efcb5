using Microsoft.Extensions.Logging;

namespace AnomalyLine.Inspection;

/// <summary>What the line writes to the program's log.</summary>
internal static partial class LineEvents
{
    [LoggerMessage(1, LogLevel.Information, "Line opened: log {LogId}, {Stations} stations")]
    public static partial void Opened(ILogger logger, Guid logId, int stations);

    [LoggerMessage(2, LogLevel.Information, "Station {Station} created")]
    public static partial void StationCreated(ILogger logger, string station);

    [LoggerMessage(24, LogLevel.Information, "Station {Station} removed; its inspections stay in the log")]
    public static partial void StationRemoved(ILogger logger, string station);

    [LoggerMessage(25, LogLevel.Information, "Station {Station} is called '{DisplayName}'")]
    public static partial void StationRenamed(ILogger logger, string station, string displayName);

    [LoggerMessage(3, LogLevel.Information, "Station {Station}: recipe revision {Revision} active for product '{ProductId}', model {ModelVersion}, threshold {Threshold}")]
    public static partial void RecipeActivated(ILogger logger, string station, int revision, string productId, string modelVersion, float threshold);

    [LoggerMessage(4, LogLevel.Information, "Model {ModelVersion} loaded and warmed in {Milliseconds} ms")]
    public static partial void ModelLoaded(ILogger logger, string modelVersion, long milliseconds);

    [LoggerMessage(5, LogLevel.Error, "Model {ModelVersion} cannot be used")]
    public static partial void ModelUnusable(ILogger logger, string modelVersion, Exception exception);

    [LoggerMessage(6, LogLevel.Error, "Model {ModelVersion} failed on a batch of {Frames}")]
    public static partial void DetectFailed(ILogger logger, string modelVersion, int frames, Exception exception);

    [LoggerMessage(7, LogLevel.Information, "Model {ModelVersion} unloaded")]
    public static partial void ModelUnloaded(ILogger logger, string modelVersion);

    [LoggerMessage(8, LogLevel.Error, "Model {ModelVersion} failed while it was unloaded")]
    public static partial void UnloadFailed(ILogger logger, string modelVersion, Exception exception);

    [LoggerMessage(9, LogLevel.Error, "The inspection log cannot be written")]
    public static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(10, LogLevel.Information, "The inspection log can be written again")]
    public static partial void LogRecovered(ILogger logger);

    [LoggerMessage(11, LogLevel.Error, "A frame of station {Station} could not be prepared")]
    public static partial void PrepareFailed(ILogger logger, string station, Exception exception);

    [LoggerMessage(12, LogLevel.Warning, "A subscriber of the feed was cut off: more than {Capacity} inspections behind")]
    public static partial void SubscriberCutOff(ILogger logger, int capacity);

    [LoggerMessage(13, LogLevel.Error, "Model {ModelVersion} did not stop within {Seconds} s; its thread is left behind")]
    public static partial void ModelHangs(ILogger logger, string modelVersion, double seconds);

    [LoggerMessage(14, LogLevel.Information, "Line stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(15, LogLevel.Information, "Station {Station}: mode {Mode}")]
    public static partial void ModeChanged(ILogger logger, string station, StationMode mode);

    [LoggerMessage(16, LogLevel.Information, "Station {Station}: product '{ProductId}' selected")]
    public static partial void ProductSelected(ILogger logger, string station, string productId);

    [LoggerMessage(17, LogLevel.Information, "Station {Station}: counters reset at {Inspected} inspections")]
    public static partial void CountersReset(ILogger logger, string station, long inspected);

    [LoggerMessage(19, LogLevel.Warning, "Station {Station}: a frame says that it was captured at {CaptureTime:O}, {Seconds:0} s from this machine's clock; set the camera's clock (NTP), or this machine's")]
    public static partial void CaptureTimeUncertain(ILogger logger, string station, DateTimeOffset captureTime, double seconds);

    [LoggerMessage(18, LogLevel.Warning, "Station {Station}: announced part '{PartId}' was replaced before a frame used it")]
    public static partial void NextPartReplaced(ILogger logger, string station, string partId);

    [LoggerMessage(20, LogLevel.Error, "{Observer} failed on a frame; the frame's answer is not affected. Further failures are counted, not logged")]
    public static partial void ObserverFailed(ILogger logger, string observer, Exception exception);

    [LoggerMessage(21, LogLevel.Error, "{Observer} failed on {Frames} frames in a row and gets no further ones until the server is restarted")]
    public static partial void ObserverTakenOff(ILogger logger, string observer, int frames, Exception exception);

    [LoggerMessage(22, LogLevel.Error, "{Frames} inspections are in the log, but could not be handed on to watchers; they are answered all the same")]
    public static partial void PublishFailed(ILogger logger, int frames, Exception exception);

    [LoggerMessage(23, LogLevel.Warning, "The log took {Frames} verdicts after their deadline; they are NotDecidable. The disk stalls, or another program has the log locked")]
    public static partial void LateCommit(ILogger logger, int frames);

    [LoggerMessage(27, LogLevel.Warning, "Where the inspection log ends cannot be noted in line.lock: an older copy of the log in its place would not be noticed")]
    public static partial void LogNotMarked(ILogger logger, Exception exception);

    [LoggerMessage(26, LogLevel.Error, "{Damage} Frames are judged all the same")]
    public static partial void LogDamaged(ILogger logger, string damage);

    [LoggerMessage(28, LogLevel.Error, "Production cannot be counted; reports lack the newest parts until the log can be read again")]
    public static partial void ProductionNotCounted(ILogger logger, Exception exception);
}
