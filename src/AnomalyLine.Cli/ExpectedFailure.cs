using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference.Backbones;
using AnomalyLine.Learning.Training;
using AnomalyLine.Management.Backup;
using AnomalyLine.Management.Gate;
using AnomalyLine.Management.OpcUa;
using AnomalyLine.Management.Signing;
using Grpc.Core;

namespace AnomalyLine.Cli;

/// <summary>Failures that people can do something about, in one line without control characters; all others are bugs and keep their stack trace.</summary>
internal static class ExpectedFailure
{
    /// <summary>The line, or null where the exception is a bug.</summary>
    public static string? Describe(Exception exception) => exception switch
    {
        CommandException or BackupException or SignatureException or TrustListException or DatasetException or BackboneException or ModelFileException or EngineException => RpcFailure.OneLine(exception.Message),
        TrainingException or GateException => exception.Message.Trim().ReplaceLineEndings("; "),
        OperationCanceledException => "cancelled.",
        RpcException failure => RpcFailure.Describe(failure),
        FileLoadException or FileNotFoundException { FileName: not null } when IsAssembly(exception) => null,
        IOException or UnauthorizedAccessException => RpcFailure.OneLine(exception.Message),
        _ => null,
    };

    /// <summary>Whether a part of the program itself is missing.</summary>
    private static bool IsAssembly(Exception exception) =>
        exception is FileLoadException || (exception is FileNotFoundException { FileName: { } name } && name.Contains(", Version=", StringComparison.Ordinal));
}
