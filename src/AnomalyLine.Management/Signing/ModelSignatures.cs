namespace AnomalyLine.Management.Signing;

/// <summary>Which model files a server takes and loads. One whose signature is not its own is refused by both.</summary>
public enum ModelSignatures
{
    /// <summary>All; one that is unsigned, or signed by somebody whom the server does not trust, with a word in the log.</summary>
    Any,

    /// <summary>Those alone that somebody signed whom the server trusts.</summary>
    Trusted,
}
