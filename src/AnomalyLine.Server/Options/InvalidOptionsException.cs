namespace AnomalyLine.Server.Options;

/// <summary>The server cannot run as configured.</summary>
/// <param name="errors">Everything that is wrong, one message each.</param>
internal sealed class InvalidOptionsException(IReadOnlyList<string> errors)
    : Exception($"The configuration has {errors.Count} error{(errors.Count == 1 ? "" : "s")}:\n  {string.Join("\n  ", errors)}")
{
    /// <summary>Everything that is wrong, one message each.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}
