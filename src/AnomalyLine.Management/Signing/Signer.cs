namespace AnomalyLine.Management.Signing;

/// <summary>Somebody whose signatures are trusted.</summary>
/// <param name="Name">What people call them.</param>
/// <param name="Fingerprint">Of their public key: "SHA256:" and 64 hexadecimal digits.</param>
public sealed record Signer(string Name, string Fingerprint);
