using System.CommandLine;
using System.Text.Json;
using AnomalyLine.Imaging;
using AnomalyLine.Management.Access;

namespace AnomalyLine.Cli;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json(string description = "Print one JSON object on standard output, and nothing else.") => new("--json") { Description = description };

    public static Option<string> Model() => new("--model") { Description = "The model file (.alm).", Required = true, HelpName = "FILE" };

    public static Option<string> Device() =>
        new Option<string>("--device") { Description = "Where to run: auto (cuda where there is one), cpu or cuda.", DefaultValueFactory = _ => "auto" }.OneOf("auto", "cpu", "cuda");

    /// <summary>A file with the part of the frames that is judged.</summary>
    public static Option<string?> Area(string description) => new("--area")
    {
        Description = $$"""{{description}} JSON, in pixels of the frame: {"region":{"x":0,"y":0,"width":640,"height":480},"leftOut":[{"kind":"rectangle","points":[10,10,90,60]}]}; kinds: rectangle, ellipse, polygon, stroke with a width.""",
        HelpName = "FILE",
    };

    /// <summary>What such a file says; null where none is named.</summary>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public static InspectionArea? ReadArea(string? file)
    {
        if (file is null) return null;
        try
        {
            return InspectionArea.Parse(File.ReadAllText(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{file}: cannot be read ({e.Message}).");
        }
        catch (JsonException e)
        {
            throw new CommandException($"{file}: is no area ({e.Message}); see --area in the help.");
        }
    }

    /// <summary>The server, and what lets this program in: of a server that this account runs on this machine, the key that it left here.</summary>
    public static Option<ServerAddress> Server() => ServerOptions.Server(LocalKey.Find);
}
