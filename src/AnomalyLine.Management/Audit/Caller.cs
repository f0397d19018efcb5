namespace AnomalyLine.Management.Audit;

/// <summary>Who asks for a change.</summary>
/// <param name="User">As the caller calls itself; empty where it does not say. Nothing checks it until there is a sign-in.</param>
/// <param name="Origin">Where the call came from: the peer's address, or the part of the server that acts by itself.</param>
public sealed record Caller(string User, string Origin)
{
    /// <summary>The server itself.</summary>
    /// <param name="part">Which part of it, such as "collector".</param>
    public static Caller Server(string part) => new("", $"server:{part}");
}
