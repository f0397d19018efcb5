namespace AnomalyLine.Management.Access;

/// <summary>What another program did to an account in a file of users or keys.</summary>
/// <param name="Name">Whose.</param>
/// <param name="Before">How it was; empty where there was none. See <see cref="Now"/>.</param>
/// <param name="Now">How it is: ROLE and the SHA-256 of the secret, which tells one from another and no more; empty where it is gone.</param>
public sealed record AccountEdit(string Name, string Before, string Now);
