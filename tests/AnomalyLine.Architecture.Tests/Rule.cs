namespace AnomalyLine.Architecture.Tests;

/// <summary>States that a rule holds everywhere.</summary>
internal static class Rule
{
    /// <summary>Fails with all places where it does not.</summary>
    public static void Holds(string rule, IEnumerable<string> violations)
    {
        var all = violations.ToList();
        Assert.True(all.Count == 0, $"{rule}\n  {string.Join("\n  ", all)}");
    }
}
