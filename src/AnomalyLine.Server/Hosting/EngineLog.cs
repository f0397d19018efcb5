using AnomalyLine.Detection;

namespace AnomalyLine.Server.Hosting;

/// <summary>What the log says of the engines that serve models.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(EventId = 139, Level = LogLevel.Information, Message = "Networks are computed with {Settings}")]
    public static partial void Settings(ILogger logger, string settings);

    [LoggerMessage(EventId = 140, Level = LogLevel.Information, Message = "Model {Model} is served by {Engine}: {Reason} ({Times})")]
    public static partial void Chosen(ILogger logger, string model, ServingEngine engine, string reason, string times);

    [LoggerMessage(EventId = 141, Level = LogLevel.Warning, Message = "Model {Model} is served by {Engine}: {Reason}. Its verdicts are right; set AnomalyLine:Line:Engine to Torch to stop trying")]
    public static partial void Refused(ILogger logger, string model, ServingEngine engine, string reason);

    [LoggerMessage(EventId = 144, Level = LogLevel.Information, Message = "Cards that can judge: {Cards}")]
    public static partial void Cards(ILogger logger, string cards);

    [LoggerMessage(EventId = 145, Level = LogLevel.Warning, Message = "No card judges, the processor does: {Problem}")]
    public static partial void NoCard(ILogger logger, string problem);

    [LoggerMessage(EventId = 162, Level = LogLevel.Warning, Message = "Model {Model} {Doubt}; it is loaded all the same (AnomalyLine:Management:ModelSignatures)")]
    public static partial void Doubted(ILogger logger, string model, string doubt);
}
