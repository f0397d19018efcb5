namespace AnomalyLine.Server.Console;

/// <summary>A value of two recipes, side by side.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Left">Of the first.</param>
/// <param name="Right">Of the second.</param>
internal sealed record ComparedValue(string Name, string Left, string Right)
{
    /// <summary>Whether the two differ.</summary>
    public bool Differs => Left != Right;
}
