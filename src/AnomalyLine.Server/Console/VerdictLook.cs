using AnomalyLine.Inspection;

namespace AnomalyLine.Server.Console;

/// <summary>A verdict for people: colour, word and symbol, so that none of them alone has to be seen.</summary>
internal static class VerdictLook
{
    public static string Class(Verdict verdict) => verdict switch
    {
        Verdict.Ok => "ok",
        Verdict.NotOk => "not-ok",
        Verdict.NotDecidable => "not-decidable",
        _ => "undefined",
    };

    /// <summary>English, for <see cref="Words"/>.</summary>
    public static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Ok => "OK",
        Verdict.NotOk => "Not OK",
        Verdict.NotDecidable => "Not decidable",
        _ => "No part yet",
    };

    public static string Symbol(Verdict verdict) => verdict switch
    {
        Verdict.Ok => "✓",
        Verdict.NotOk => "✕",
        Verdict.NotDecidable => "?",
        _ => "–",
    };
}
