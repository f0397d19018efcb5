using AnomalyLine.Inspection;

namespace AnomalyLine.Server.Console;

/// <summary>Addresses of pictures.</summary>
internal static class PictureLink
{
    /// <summary>Of one inspection's frame, overlay or map.</summary>
    public static string To(InspectionRecord record, string kind) => $"stations/{Uri.EscapeDataString(record.Station)}/inspections/{record.Sequence}/{kind}";
}
