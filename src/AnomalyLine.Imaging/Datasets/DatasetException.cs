namespace AnomalyLine.Imaging.Datasets;

/// <summary>A data set cannot be used as it is; the message says which file or folder, why, and what to do.</summary>
public class DatasetException : Exception
{
    /// <summary>With what is wrong.</summary>
    public DatasetException(string message)
        : base(message)
    {
    }

    /// <summary>With what is wrong and the cause.</summary>
    public DatasetException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
