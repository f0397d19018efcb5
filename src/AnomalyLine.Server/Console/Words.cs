namespace AnomalyLine.Server.Console;

/// <summary>
/// Marks the console's texts, which stand in the pages in English; Words.LANGUAGE.resx beside this file has them in another language, by the English text. What the line itself says
/// (faults, suggestions, errors) is English in the log; pages say it by its code: <see cref="FaultText"/>, <see cref="DriftText"/>, <see cref="Reason"/>.
/// </summary>
internal sealed class Words;
