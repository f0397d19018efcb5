namespace AnomalyLine.Management.Alarms;

/// <summary>Something that is wrong now.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Station">Name of the station; empty where it is of the server.</param>
/// <param name="Severity">How urgent it is.</param>
/// <param name="Message">What is wrong and what to do, in English. It stays the same while the same is wrong.</param>
/// <param name="Occurrence">What happened, where it is an event that nobody can undo, such as the number of a job: it is over once it is acknowledged. Empty for a state.</param>
public sealed record AlarmCondition(AlarmKind Kind, string Station, AlarmSeverity Severity, string Message, string Occurrence = "");
