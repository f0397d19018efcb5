namespace AnomalyLine.Server.Access;

/// <summary>A session of the console, for people who look after them.</summary>
/// <param name="Who">Who signed in.</param>
/// <param name="Address">From where.</param>
/// <param name="Begin">When.</param>
/// <param name="LastClick">When they did something last.</param>
internal sealed record Session(Identity Who, string Address, DateTimeOffset Begin, DateTimeOffset LastClick)
{
    private const int IdLength = 12;

    /// <summary>What it is called; the start of the hash of its cookie, of which nobody can make the cookie.</summary>
    public string Id => Who.Session[..IdLength];
}
