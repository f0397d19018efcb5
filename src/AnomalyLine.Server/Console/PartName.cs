using AnomalyLine.Imaging;
using Microsoft.Extensions.Localization;

namespace AnomalyLine.Server.Console;

/// <summary>What a part is called on a page.</summary>
internal static class PartName
{
    /// <summary>Its identity, with control characters written out, or words where that is empty.</summary>
    public static string Of(string partId, IStringLocalizer words) => partId.Length > 0 ? ControlCharacters.Escape(partId) : words["no ID"];
}
