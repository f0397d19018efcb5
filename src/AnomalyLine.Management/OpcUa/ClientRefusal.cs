namespace AnomalyLine.Management.OpcUa;

/// <summary>That the gateway refused a client's certificate, as it wrote it down in its folder.</summary>
/// <param name="Thumbprint">Of the certificate.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Address">Where the client called from the last time.</param>
/// <param name="First">The first time (UTC).</param>
/// <param name="Last">The last time (UTC).</param>
/// <param name="Count">How often.</param>
public sealed record ClientRefusal(string Thumbprint, string Reason, string Address, DateTime First, DateTime Last, long Count);
