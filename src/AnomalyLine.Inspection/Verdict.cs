namespace AnomalyLine.Inspection;

/// <summary>The result's words, as OPC 40001-101 has them.</summary>
public enum Verdict
{
    /// <summary>Not judged yet.</summary>
    Undefined = 0,

    /// <summary>Within what normal parts show.</summary>
    Ok = 1,

    /// <summary>The score is above the threshold.</summary>
    NotOk = 2,

    /// <summary>No judgement could be made; the part must be treated as not good.</summary>
    NotDecidable = 3,
}
