using System.Globalization;
using AnomalyLine.Inspection;

namespace AnomalyLine.Server.Console;

/// <summary>Addresses within the console, relative to its base.</summary>
internal static class PageLink
{
    /// <summary>Answers with the way back to a page that a link has named; with that to the line if it is no page of the console.</summary>
    /// <param name="page">Its address without the host.</param>
    public static IResult Back(string page) =>
        Results.LocalRedirect(Uri.IsWellFormedUriString(page, UriKind.Relative) && !page.StartsWith('/') && !page.Contains('\\', StringComparison.Ordinal) ? $"~/{page}" : "~/");

    /// <summary>A station's page.</summary>
    public static string ToStation(string station) => $"stations/{Uri.EscapeDataString(station)}";

    /// <summary>The way from nothing to a station that judges.</summary>
    public static string ToSetup(string station) => $"{ToStation(station)}/setup";

    /// <summary>A station's recipes and its sensitivity.</summary>
    public static string ToRecipes(string station) => $"{ToStation(station)}/recipes";

    /// <summary>The comparison that a station's model version was let through, or held back, by.</summary>
    public static string ToGate(string station, string version, string product, string part = "") =>
        $"{ToStation(station)}/models/{Uri.EscapeDataString(version)}/gate{part}{(product.Length == 0 ? "" : $"?product={Uri.EscapeDataString(product)}")}";

    /// <summary>A training job.</summary>
    public static string ToJob(long job) => string.Create(CultureInfo.InvariantCulture, $"training/jobs/{job}");

    /// <summary>The file of a model version.</summary>
    public static string ToModelFile(string version) => $"models/{Uri.EscapeDataString(version)}/file";

    /// <summary>An inspection's page.</summary>
    public static string To(InspectionRecord record) => To(record.Station, record.Sequence);

    /// <summary>An inspection's page.</summary>
    public static string To(string station, long sequence) => string.Create(CultureInfo.InvariantCulture, $"{ToStation(station)}/inspections/{sequence}");

    /// <summary>A picture of an inspection: "frame", "overlay" or "map"; or "evidence.zip".</summary>
    public static string ToPicture(InspectionRecord record, string kind) => $"{To(record)}/{kind}";

    /// <summary>A small picture of an inspection, the same for everybody, so that the server makes it once.</summary>
    public static string ToSmallPicture(InspectionRecord record, string kind) => $"{ToPicture(record, kind)}?width=480";

    /// <summary>A sample's picture.</summary>
    /// <param name="sample">Its number.</param>
    /// <param name="width">A wider frame is made smaller, pixels.</param>
    public static string ToSamplePicture(long sample, int width) => string.Create(CultureInfo.InvariantCulture, $"samples/{sample}/picture?width={width}");
}
