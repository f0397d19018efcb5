namespace AnomalyLine.Management.Access;

/// <summary>A session of the console as it is kept for the next start of the server.</summary>
/// <param name="Id">Hash of the cookie's secret, hex; nobody can make the cookie of it.</param>
/// <param name="Kind">How the server knows who it is.</param>
/// <param name="Name">Name of the user.</param>
/// <param name="Role">What they might do when they signed in.</param>
/// <param name="Proof">Hash of what ends the session when it changes, hex.</param>
/// <param name="Address">Where it began.</param>
/// <param name="Begin">When it began (UTC).</param>
/// <param name="LastClick">When they did something last (UTC).</param>
public sealed record KeptSession(string Id, string Kind, string Name, AccessRole Role, string Proof, string Address, DateTimeOffset Begin, DateTimeOffset LastClick);
