namespace AnomalyLine.Management.Audit;

/// <summary>Who asks for a change.</summary>
/// <param name="User">The user who signed in, or "key:NAME"; what a program on the server's machine without a key calls itself, which its origin says.</param>
/// <param name="Origin">Where the call came from: the peer's address, or the part of the server that acts by itself.</param>
public sealed record Caller(string User, string Origin)
{
    /// <summary>The server itself.</summary>
    /// <param name="part">Which part of it, such as "collector".</param>
    public static Caller Server(string part) => new("", $"server:{part}");
}
