namespace AnomalyLine.Client;

/// <summary>What the process tells whoever started it.</summary>
public static class ExitCode
{
    /// <summary>All is done.</summary>
    public const int Done = 0;

    /// <summary>It could not be done; standard error says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line or a file of options is wrong: starting again would not help.</summary>
    public const int WrongUsage = 2;

    /// <summary>Done, but some files could not be read and were left out; standard error and the result name them.</summary>
    public const int Partly = 3;
}
