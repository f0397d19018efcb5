using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace AnomalyLine.Server.Console;

/// <summary>Words in a drawing: the element "text", which Razor takes for a tag of its own.</summary>
public sealed class ChartLabel : ComponentBase
{
    /// <summary>Left, right or middle of the words, as <see cref="Anchor"/> says, in units of the drawing.</summary>
    [Parameter, EditorRequired] public required string X { get; set; }

    /// <summary>Base line.</summary>
    [Parameter, EditorRequired] public required string Y { get; set; }

    /// <summary>"start", "middle" or "end".</summary>
    [Parameter] public string Anchor { get; set; } = "start";

    /// <summary>The words.</summary>
    [Parameter, EditorRequired] public required string Words { get; set; }

    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.OpenElement(0, "text");
        builder.AddAttribute(1, "class", "label");
        builder.AddAttribute(2, "x", X);
        builder.AddAttribute(3, "y", Y);
        builder.AddAttribute(4, "text-anchor", Anchor);
        builder.AddContent(5, Words);
        builder.CloseElement();
    }
}
