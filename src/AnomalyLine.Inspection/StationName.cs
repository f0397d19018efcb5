using System.Collections.Frozen;
using AnomalyLine.Imaging;

namespace AnomalyLine.Inspection;

/// <summary>What a station may be called: its name becomes a part of paths, and the first part of the addresses of its tags over OPC UA.</summary>
internal static class StationName
{
    /// <summary>What stands below each station over OPC UA, as <c>STATION.Counters</c>; a test of the gateway holds that none is missing here.</summary>
    private static readonly FrozenSet<string> s_tags = FrozenSet.Create(
        StringComparer.Ordinal,
        "PartId", "ProductId", "Pass", "Evaluation", "Score", "Threshold", "Margin", "ReasonCode", "ReasonText", "ModelVersion", "RecipeRevision", "CaptureTime", "ProcessingMs",
        "History", "Record", "Part", "Ready", "Fault", "Mode", "SelectedProductId", "NextPartId", "NextProductId", "Heartbeat", "Counters", "AckSequence", "Overrun", "Sequence",
        "Acknowledge", "SetNextPart", "Trigger", "SelectRecipe", "StartContinuous", "Stop", "Reset", "GetResultById", "GetResults", "ActivateRecipe", "ActivateRevision", "Rollback", "StartTraining",
        "NotReady", "Drift");

    /// <summary>What is wrong with a new name; null where nothing is.</summary>
    /// <param name="name">The name.</param>
    /// <param name="others">The names of the other stations.</param>
    public static LineError? Check(string name, IEnumerable<string> others)
    {
        if (name.Length is < 1 or > 64 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            return Invalid($"The station name '{ControlCharacters.Escape(name)}' is not 1..64 characters out of letters, digits, '-', '_' and '.'; choose another one.");
        }

        if (name.All(static c => c == '.')) return Invalid($"The station name '{name}' has dots only, as folders have; choose another one.");
        return others.FirstOrDefault(other => Hides(name, other) || Hides(other, name)) is { } taken
            ? Invalid($"Over OPC UA a station '{name}' and the tags of station '{taken}' would have the same addresses; choose another name.")
            : null;
    }

    /// <summary>Whether a station's name is that of something below another station.</summary>
    private static bool Hides(string name, string station) =>
        name.Length > station.Length && name[station.Length] == '.' && name.StartsWith(station, StringComparison.Ordinal)
        && s_tags.Contains(name[(station.Length + 1)..].Split('.', 2)[0]);

    private static LineError Invalid(string message) => new(LineErrorCode.InvalidStationName, message);
}
