using Microsoft.Playwright;

namespace AnomalyLine.Server.Tests.Browser;

/// <summary>What a page is looked at with.</summary>
/// <param name="Name">Part of a screenshot's name.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Scheme">Light or dark.</param>
internal sealed record View(string Name, int Width, int Height, ColorScheme Scheme)
{
    /// <summary>A panel PC, light.</summary>
    public static readonly View Panel = new("panel-light", 1280, 800, ColorScheme.Light);

    /// <summary>All that pages are looked at with.</summary>
    public static readonly IReadOnlyList<View> All = [Panel, new("panel-dark", 1280, 800, ColorScheme.Dark), new("phone-light", 390, 844, ColorScheme.Light), new("phone-dark", 390, 844, ColorScheme.Dark)];
}
