using System.CommandLine;
using AnomalyLine.Cli.Camera;
using AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline camera`: a folder or a video as a camera of a station.</summary>
internal static class CameraCommand
{
    public static Command Create(Output output)
    {
        var station = new Option<string>("--station") { Description = "Name of the station.", Required = true, HelpName = "S" };
        var source = new Option<string>("--source") { Description = "Folder of images, or a video.", Required = true, HelpName = "DIR_OR_VIDEO" };
        var rate = new Option<double>("--rate") { Description = "Frames a second, whatever the server's pace is.", DefaultValueFactory = _ => 10, HelpName = "HZ" };
        var count = new Option<long?>("--count") { Description = "End after so many frames.", HelpName = "N" };
        var loop = new Option<bool>("--loop") { Description = "Start over at the end of the source." };
        var format = new Option<string>("--format") { Description = "Send JPEG and PNG files as they are, or raw pixels.", DefaultValueFactory = _ => "file" }.OneOf("raw", "file");
        var bits = new Option<int>("--significant-bits") { Description = "Bits that 16-bit images use of each value: 12 where white is 4095. What the files say by default.", HelpName = "N" };
        var deadline = new Option<int?>("--deadline-ms") { Description = "Time from a frame's arrival to its verdict; the recipe's by default.", HelpName = "MS" };
        var patience = new Option<int>("--patience-s") { Description = "Give up when the server does not answer for so long.", DefaultValueFactory = _ => 60, HelpName = "S" };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json("Print only the summary, as one JSON object.");
        var command = new Command("camera", "Be a camera: send frames, show verdicts, reconnect; a summary at the end or on Ctrl-C.")
        {
            station, source, rate.Within(0.001, 10_000), count.Within(1, long.MaxValue), loop, format, bits.Within(9, 16), deadline.Within(1, 60_000), patience.Within(0, 86_400), server, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var options = new CameraOptions
            {
                Station = parsed.GetRequiredValue(station),
                Source = parsed.GetRequiredValue(source),
                Rate = parsed.GetValue(rate),
                Count = parsed.GetValue(count),
                Loop = parsed.GetValue(loop),
                Raw = string.Equals(parsed.GetValue(format), "raw", StringComparison.Ordinal),
                SignificantBits = parsed.GetValue(bits),
                Deadline = parsed.GetValue(deadline) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null,
                Patience = TimeSpan.FromSeconds(parsed.GetValue(patience)),
            };
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            return await RunAsync(options, new InspectionService.InspectionServiceClient(channel), output, parsed.GetValue(json), cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(CameraOptions options, InspectionService.InspectionServiceClient client, Output output, bool json, CancellationToken cancel)
    {
        var run = new CameraRun(options, client, output, quiet: json, TimeProvider.System);
        try
        {
            await run.RunAsync(cancel);
        }
        finally
        {
            if (json) output.WriteJson(run.Tally.Describe(options.Station));
            else if (run.Tally.Taken > 0) await output.Result.WriteLineAsync(string.Join(Environment.NewLine, run.Tally.Lines()));
        }

        if (!json) output.WriteNotes(run.Tally.Notes);
        return run.Tally.Answered <= run.Tally.Errors && run.Tally.Taken > 0 ? ExitCode.Failed : run.Tally.Unreadable.Count > 0 ? ExitCode.Partly : ExitCode.Done;
    }
}
