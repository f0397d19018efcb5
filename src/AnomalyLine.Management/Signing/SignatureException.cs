namespace AnomalyLine.Management.Signing;

/// <summary>A file cannot be signed, or a signature cannot be read; the message says which, why, and what to do.</summary>
public sealed class SignatureException : Exception
{
    /// <summary>With what is wrong.</summary>
    public SignatureException(string message)
        : base(message)
    {
    }

    /// <summary>With what is wrong and the cause.</summary>
    public SignatureException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
