using AnomalyLine.Imaging.Decoding;
using AnomalyLine.Management.Processes;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Hosting;

/// <summary>The processes that decode files of cameras, where there are to be some.</summary>
internal sealed partial class Decoders : IDisposable
{
    private readonly DecoderPool? _pool;
    private readonly ILogger _logger;
    private long _failures;

    /// <param name="options">How many, and for how long.</param>
    /// <param name="logger">Is told of those that were lost.</param>
    /// <param name="command">The program; this one, unless a test names another.</param>
    public Decoders(AnomalyLineOptions options, ILogger<Decoders> logger, ChildCommand? command = null)
    {
        _logger = logger;
        if (options.Limits.DecoderProcesses == 0) return;
        var program = command ?? ChildCommand.ThisProgram();
        _pool = new DecoderPool(program.FileName, program.Arguments, options.Limits.DecoderProcesses, options.MaxFrameBytes, options.Limits.DecodeTime, Note);
    }

    /// <summary>What decodes; null to decode in this process.</summary>
    public IFileDecoder? Pool => _pool;

    /// <summary>Times that a process ended by itself, or was ended.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    public void Dispose() => _pool?.Dispose();

    private void Note(string reason)
    {
        Interlocked.Increment(ref _failures);
        LogLost(_logger, reason);
    }

    [LoggerMessage(EventId = 157, Level = LogLevel.Warning, Message = "A process that decodes frames was lost ({Reason}) and is started again; its frame is InvalidFrame")]
    private static partial void LogLost(ILogger logger, string reason);
}
