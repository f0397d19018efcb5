namespace AnomalyLine.Server.Console;

/// <summary>
/// Marks the console's texts, which stand in the pages in English; Words.LANGUAGE.resx beside this file has them in another language, by the English text. What the line itself says
/// (faults, suggestions, errors) is English everywhere, as it is in the log.
/// </summary>
internal sealed class Words;
