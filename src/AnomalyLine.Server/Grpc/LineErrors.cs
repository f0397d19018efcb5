using System.Globalization;
using AnomalyLine.Inspection;
using AnomalyLine.Server.Memory;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace AnomalyLine.Server.Grpc;

/// <summary>The one table from what can go wrong to what callers see (docs/errors.md).</summary>
internal static class LineErrors
{
    /// <summary>Where gRPC has the error in the form that REST hands on.</summary>
    public const string DetailsTrailer = "grpc-status-details-bin";

    /// <summary>After how many milliseconds to try again, as clients of gRPC read it.</summary>
    public const string RetryTrailer = "grpc-retry-pushback-ms";

    private const string Domain = "anomalyline";

    /// <summary>The stable word of an error, such as "station-not-found".</summary>
    public static string Word(LineErrorCode code) => Find(code).Word;

    /// <summary>As a failed call: the status, and the word in the trailer "error-code".</summary>
    public static RpcException ToRpcException(this LineError error)
    {
        var failure = Failure(Find(error.Code).Status, Find(error.Code).Word, error.Message);
        if (error.Code == LineErrorCode.MemoryShort)
            failure.Trailers.Add(RetryTrailer, ((long)MemoryBudget.RetryAfter.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        return failure;
    }

    /// <summary>A value of a request is wrong.</summary>
    /// <param name="field">Path of the field as the contract spells it, such as "frame.pixel_format".</param>
    /// <param name="message">What is wrong and what to send.</param>
    public static RpcException InvalidArgument(string field, string message)
    {
        var failure = Failure(StatusCode.InvalidArgument, "invalid-argument", $"{field}: {message}", field);
        failure.Trailers.Add("error-field", field);
        return failure;
    }

    /// <summary>A failed call with its stable word.</summary>
    public static RpcException Failure(StatusCode status, string word, string message) => Failure(status, word, message, field: "");

    /// <summary>What a failed call says in the form of REST.</summary>
    /// <param name="status">The status of gRPC.</param>
    /// <param name="word">The stable word.</param>
    /// <param name="message">What, which one, what to do.</param>
    /// <param name="field">The field at fault; empty for none.</param>
    public static Google.Rpc.Status ToStatus(StatusCode status, string word, string message, string field)
    {
        var info = new Google.Rpc.ErrorInfo { Reason = word, Domain = Domain };
        if (field.Length > 0) info.Metadata.Add("field", field);
        return new Google.Rpc.Status { Code = (int)status, Message = message, Details = { Any.Pack(info) } };
    }

    /// <summary>The same as a status of HTTP, for what is neither gRPC nor REST.</summary>
    public static int ToHttpStatus(LineErrorCode code) => Find(code).Status switch
    {
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.ResourceExhausted => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status400BadRequest,
    };

    /// <summary>The value, or the failed call.</summary>
    public static T OrThrow<T>(this Outcome<T> outcome) => outcome.TryGet(out var value, out var error) ? value : throw error.ToRpcException();

    /// <summary>Has the word and the field once more in the form that REST hands on.</summary>
    private static RpcException Failure(StatusCode status, string word, string message, string field)
    {
        // The one way of all messages to callers: where the server keeps its files is none of their business.
        message = FilePaths.WithoutFolders(message);
        return new(new Status(status, message), new Metadata { { "error-code", word }, { DetailsTrailer, ToStatus(status, word, message, field).ToByteArray() } }, message);
    }

    private static (StatusCode Status, string Word) Find(LineErrorCode code) => code switch
    {
        LineErrorCode.StationNotFound => (StatusCode.NotFound, "station-not-found"),
        LineErrorCode.StationExists => (StatusCode.AlreadyExists, "station-exists"),
        LineErrorCode.InvalidStationName => (StatusCode.InvalidArgument, "invalid-station-name"),
        LineErrorCode.RecipeNotFound => (StatusCode.NotFound, "recipe-not-found"),
        LineErrorCode.InvalidRecipe => (StatusCode.InvalidArgument, "invalid-recipe"),
        LineErrorCode.ModelNotFound => (StatusCode.NotFound, "model-not-found"),
        LineErrorCode.ModelUnusable => (StatusCode.FailedPrecondition, "model-unusable"),
        LineErrorCode.InspectionNotFound => (StatusCode.NotFound, "inspection-not-found"),
        LineErrorCode.CursorAhead => (StatusCode.OutOfRange, "cursor-ahead"),
        LineErrorCode.InvalidWatch => (StatusCode.InvalidArgument, "invalid-watch"),
        LineErrorCode.LogFailed => (StatusCode.Unavailable, "log-failed"),
        LineErrorCode.InvalidPart => (StatusCode.InvalidArgument, "invalid-part"),
        LineErrorCode.GateNotPassed => (StatusCode.FailedPrecondition, "gate-not-passed"),
        LineErrorCode.RecipeChanged => (StatusCode.Aborted, "recipe-changed"),
        LineErrorCode.SampleChanged => (StatusCode.Aborted, "sample-changed"),
        LineErrorCode.ScheduleChanged => (StatusCode.Aborted, "schedule-changed"),
        LineErrorCode.ModelInUse => (StatusCode.FailedPrecondition, "model-in-use"),
        LineErrorCode.JobNotFound => (StatusCode.NotFound, "job-not-found"),
        LineErrorCode.InvalidJob => (StatusCode.InvalidArgument, "invalid-job"),
        LineErrorCode.AlarmNotFound => (StatusCode.NotFound, "alarm-not-found"),
        LineErrorCode.AlarmChanged => (StatusCode.Aborted, "alarm-changed"),
        LineErrorCode.InvalidAlarm => (StatusCode.InvalidArgument, "invalid-alarm"),
        LineErrorCode.CameraNotAttached => (StatusCode.FailedPrecondition, "camera-not-attached"),
        LineErrorCode.TriggerRefused => (StatusCode.FailedPrecondition, "trigger-refused"),
        LineErrorCode.CameraSilent => (StatusCode.Unavailable, "camera-silent"),
        LineErrorCode.MemoryShort => (StatusCode.ResourceExhausted, "memory-short"),
        LineErrorCode.Stopping => (StatusCode.Unavailable, "stopping"),
        LineErrorCode.ManagementFailed => (StatusCode.Unavailable, "management-failed"),
        LineErrorCode.SampleNotFound => (StatusCode.NotFound, "sample-not-found"),
        LineErrorCode.InvalidSample => (StatusCode.InvalidArgument, "invalid-sample"),
        LineErrorCode.NotSignedIn => (StatusCode.Unauthenticated, "not-signed-in"),
        LineErrorCode.RoleMissing => (StatusCode.PermissionDenied, "role-missing"),
        LineErrorCode.AccountNotFound => (StatusCode.NotFound, "account-not-found"),
        LineErrorCode.InvalidAccount => (StatusCode.InvalidArgument, "invalid-account"),
        LineErrorCode.AccountsUnusable => (StatusCode.FailedPrecondition, "accounts-unusable"),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "This error has no status; add it to the table and to docs/errors.md."),
    };
}
