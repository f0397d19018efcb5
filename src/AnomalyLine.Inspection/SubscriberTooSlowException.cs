namespace AnomalyLine.Inspection;

/// <summary>
/// A subscriber of the feed fell more inspections behind than <see cref="LineOptions.SubscriberCapacity"/> and was cut off.
/// What it received before is complete: it watches again from the last sequences that it has seen.
/// </summary>
public sealed class SubscriberTooSlowException : Exception
{
    /// <summary>With a message that names the limit.</summary>
    public SubscriberTooSlowException(int capacity)
        : base($"The subscriber fell more than {capacity} inspections behind and was cut off; watch again from the last sequences seen.")
    {
    }

    /// <summary>With a general message.</summary>
    public SubscriberTooSlowException()
        : this("The subscriber fell too far behind and was cut off; watch again from the last sequences seen.")
    {
    }

    /// <summary>With a message.</summary>
    public SubscriberTooSlowException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and a cause.</summary>
    public SubscriberTooSlowException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
