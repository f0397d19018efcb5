namespace AnomalyLine.Management.Production;

/// <summary>What the rows of a report are.</summary>
public enum ReportGrouping
{
    /// <summary>One for each shift of each day.</summary>
    Shift = 1,

    /// <summary>One for each day.</summary>
    Day = 2,

    /// <summary>One for each station.</summary>
    Station = 3,

    /// <summary>One for each product.</summary>
    Product = 4,
}
