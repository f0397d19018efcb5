namespace AnomalyLine.Cli;

/// <summary>Passes progress on at once, on the thread that reports it: unlike System.Progress, nothing arrives after the work is over.</summary>
internal sealed class Told<T>(Action<T> tell) : IProgress<T>
{
    public void Report(T value) => tell(value);
}
