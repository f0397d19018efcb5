using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inference.Backbones;
using AnomalyLine.Inspection;
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
        CommandException or BackupException or SignatureException or TrustListException or DatasetException or BackboneException or ModelFileException or EngineException => OneLine(exception.Message),
        TrainingException or GateException => exception.Message.Trim().ReplaceLineEndings("; "),
        OperationCanceledException => "cancelled.",
        RpcException failure => Describe(failure),
        FileLoadException or FileNotFoundException { FileName: not null } when IsAssembly(exception) => null,
        IOException or UnauthorizedAccessException => OneLine(exception.Message),
        _ => null,
    };

    /// <summary>A failed call to the server.</summary>
    public static string Describe(RpcException failure) => failure.StatusCode switch
    {
        StatusCode.Unavailable => $"the server does not answer ({OneLine(failure.Status.Detail)}); is it running, and is --server its gRPC address?",
        StatusCode.Unimplemented => "the server does not know this call; is --server the address of an AnomalyLine server of this release?",
        StatusCode.Cancelled => "cancelled.",
        StatusCode.Unauthenticated => $"{OneLine(failure.Status.Detail)} Run this as the user who runs the server, or give a key with --key or the variable ANOMALYLINE_KEY; an administrator makes one with 'anomalyline keys add'.",
        _ => OneLine(failure.Status.Detail),
    };

    /// <summary>Whether a part of the program itself is missing.</summary>
    private static bool IsAssembly(Exception exception) =>
        exception is FileLoadException || (exception is FileNotFoundException { FileName: { } name } && name.Contains(", Version=", StringComparison.Ordinal));

    private static string OneLine(string text) => ControlCharacters.Escape(text.Trim().ReplaceLineEndings(" "));
}
