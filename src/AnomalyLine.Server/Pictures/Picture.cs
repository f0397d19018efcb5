namespace AnomalyLine.Server.Pictures;

/// <summary>A picture file.</summary>
/// <param name="Data">Its bytes.</param>
/// <param name="ContentType">"image/png" or "image/jpeg".</param>
internal sealed record Picture(ReadOnlyMemory<byte> Data, string ContentType);
