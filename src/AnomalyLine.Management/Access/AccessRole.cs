namespace AnomalyLine.Management.Access;

/// <summary>What one may do. From <see cref="Viewer"/> to <see cref="Administrator"/> each may all that those before it may; <see cref="Camera"/> stands beside them.</summary>
public enum AccessRole
{
    /// <summary>Sends frames and gets their verdicts, nothing else. For keys of cameras.</summary>
    Camera = 0,

    /// <summary>Reads everything but who may do what.</summary>
    Viewer = 1,

    /// <summary>Reviews samples, says what parts are, stops and starts stations, announces parts, shifts the threshold within the recipe's limit.</summary>
    Operator = 2,

    /// <summary>Trains, activates and rolls back models, changes recipes, thresholds, policies and schedules.</summary>
    Engineer = 3,

    /// <summary>Decides who may do what.</summary>
    Administrator = 4,
}
