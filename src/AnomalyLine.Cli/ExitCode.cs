namespace AnomalyLine.Cli;

/// <summary>What the process tells whoever started it.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;

    /// <summary>Done, but some files could not be read and were left out; standard error and the result name them.</summary>
    public const int Partly = 3;
}
