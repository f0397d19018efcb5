namespace AnomalyLine.Server.Access;

/// <summary>A certificate that a machine showed.</summary>
/// <param name="Subject">Its subject.</param>
/// <param name="Thumbprint">Its SHA-256, lower-case hexadecimal.</param>
/// <param name="From">From when it is valid.</param>
/// <param name="Until">Until when.</param>
/// <param name="Key">The key that it is; empty for none.</param>
/// <param name="Fault">Why it lets nobody in; empty where it does.</param>
/// <param name="Address">Where the machine was.</param>
/// <param name="Last">When it was shown last.</param>
internal sealed record SeenCertificate(string Subject, string Thumbprint, DateTimeOffset From, DateTimeOffset Until, string Key, string Fault, string Address, DateTimeOffset Last);
