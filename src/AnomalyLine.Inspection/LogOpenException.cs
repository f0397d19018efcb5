namespace AnomalyLine.Inspection;

/// <summary>The log cannot be opened: another line has it, a newer version wrote it, or it is damaged. The message says which and what to do.</summary>
public sealed class LogOpenException : Exception
{
    /// <summary>With a general message.</summary>
    public LogOpenException()
        : this("The log cannot be opened.")
    {
    }

    /// <summary>With a message.</summary>
    public LogOpenException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and a cause.</summary>
    public LogOpenException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
