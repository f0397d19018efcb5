namespace AnomalyLine.Client;

/// <summary>A command cannot do what was asked; the message goes to people as it is.</summary>
public sealed class CommandException(string message, int exitCode = ExitCode.Failed) : Exception(message)
{
    /// <summary>What the process ends with.</summary>
    public int ExitCode { get; } = exitCode;
}
