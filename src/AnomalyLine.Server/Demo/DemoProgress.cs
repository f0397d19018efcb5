namespace AnomalyLine.Server.Demo;

/// <summary>How far the demonstration is. Any thread.</summary>
/// <param name="isDemo">Whether this server runs one at all.</param>
internal sealed class DemoProgress(bool isDemo)
{
    private volatile DemoStep _step = new("", 0);

    /// <summary>Whether this server runs a demonstration.</summary>
    public bool IsDemo { get; } = isDemo;

    /// <summary>What it does now.</summary>
    public DemoStep Step => _step;

    /// <summary>Goes on to another step.</summary>
    public void Report(DemoStep step) => _step = step;
}
