namespace AnomalyLine.Management.Gate;

/// <summary>What a frame of the frozen set is there for.</summary>
public enum GateGroup
{
    /// <summary>A normal part: to reject it is an error.</summary>
    Normal = 0,

    /// <summary>A part that people confirmed as defective: to pass it is an error.</summary>
    Reject = 1,

    /// <summary>A normal part with a planted defect: to pass it is an error.</summary>
    Planted = 2,
}
