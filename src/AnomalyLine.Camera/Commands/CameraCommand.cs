using System.CommandLine;
using AnomalyLine.Camera.Configuration;
using AnomalyLine.Camera.GenICam;
using AnomalyLine.Camera.Health;
using AnomalyLine.Camera.Running;
using AnomalyLine.Camera.Sending;
using AnomalyLine.Client;
using AnomalyLine.Contracts.V1;

namespace AnomalyLine.Camera.Commands;

/// <summary>`anomalyline camera`, and the program AnomalyLine.Camera by itself: cameras of stations.</summary>
public static class CameraCommand
{
    private static readonly TimeSpan s_end = TimeSpan.FromSeconds(2);

    /// <summary>The command.</summary>
    /// <param name="output">Where verdicts and messages go.</param>
    /// <param name="localKey">The key of the server with this port of gRPC on this machine; null where there are none.</param>
    public static Command Create(Output output, Func<int, string?>? localKey) => Fill(new Command("camera", Description), output, localKey);

    /// <summary>The same as a program of its own.</summary>
    public static RootCommand CreateRoot(Output output) => Fill(new RootCommand(Description) { ServerOptions.Key, ServerOptions.Authority, ServerOptions.Certificate, ServerOptions.CertificateKey }, output, localKey: null);

    private const string Description = "Be a camera, or several: send frames, show verdicts, reconnect on both sides; a summary at the end or on Ctrl-C.";

    private static T Fill<T>(T command, Output output, Func<int, string?>? localKey)
        where T : Command
    {
        var file = new Option<string?>("--file") { Description = "Cameras of a file (cameras.json, docs/cameras.md), for good; in the place of the options for one.", HelpName = "FILE" };
        var list = new Option<bool>("--list") { Description = "Show the GigE Vision and USB3 Vision cameras that answer here, and end." };
        var quiet = new Option<bool>("--quiet") { Description = "Leave verdicts out." };
        var station = new Option<string?>("--station") { Description = "Name of the station.", HelpName = "S" };
        var source = Source();
        var rate = new Option<double?>("--rate") { Description = "Frames a second, whatever the server's pace is; 10 from files by default, 1 of pictures, what a camera or stream gives.", HelpName = "HZ" };
        var count = new Option<long?>("--count") { Description = "End after so many frames.", HelpName = "N" };
        var loop = new Option<bool>("--loop") { Description = "Start over at the end of a folder or video." };
        var trigger = new Option<bool>("--software-trigger") { Description = "Take a frame only when it is asked for: by --rate, or by 'anomalyline stations trigger'. For files, pictures and GenICam cameras." };
        var format = new Option<string>("--format") { Description = "Send JPEG and PNG files as they are, or raw pixels.", DefaultValueFactory = _ => "file" }.OneOf("raw", "file");
        var bits = new Option<int>("--significant-bits") { Description = "Bits that 16-bit images use of each value: 12 where white is 4095. What the files say by default.", HelpName = "N" };
        var deadline = new Option<int?>("--deadline-ms") { Description = "Time from a frame's arrival to its verdict; the recipe's by default.", HelpName = "MS" };
        var patience = new Option<int>("--patience-s") { Description = "Give up when the server does not answer for so long.", DefaultValueFactory = _ => 60, HelpName = "S" };
        var shared = new Option<string>("--shared-memory") { Description = "Send frames of 64 KiB and more through shared memory to a server of the same account on this machine, or always in messages.", DefaultValueFactory = _ => "auto" }.OneOf("auto", "off");
        var server = ServerOptions.Server(localKey);
        var json = new Option<bool>("--json") { Description = "Print only the summary, as one JSON object." };
        Option[] ofOne = [rate.Within(0.001, 10_000), count.Within(1, long.MaxValue), trigger, loop, format, bits.Within(9, 16), deadline.Within(1, 60_000), shared, patience.Within(0, 86_400), json];
        foreach (var option in (Option[])[file, list, quiet, station, source, .. ofOne, server]) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            var (hasFile, hasList, hasOne) = (result.GetResult(file) is not null, result.GetValue(list), result.GetResult(station) is not null || result.GetResult(source) is not null);
            if (!hasFile && !hasList && (result.GetResult(station) is null || result.GetResult(source) is null)) result.AddError("Give --station and --source for one camera, --file for several, or --list.");
            else if ((hasFile ? 1 : 0) + (hasList ? 1 : 0) + (hasOne ? 1 : 0) > 1) result.AddError("Give --station and --source, or --file, or --list, and no two of them.");
            if (result.GetValue(trigger) && result.GetValue(source) is { Kind: SourceKind.Rtsp or SourceKind.V4L2 } stream) result.AddError($"--software-trigger is not for {stream}: a stream cannot be triggered.");
            if (hasFile && ofOne.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } misplaced) result.AddError($"{misplaced.Name} is for one camera; cameras of a file have it there.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            if (parsed.GetValue(list)) return List(output);
            if (parsed.GetValue(file) is { } path) return await RunAsync(CamerasFile.Read(path), parsed.GetRequiredValue(server), output, parsed.GetValue(quiet), cancel);
            var camera = new CameraSettings
            {
                Name = parsed.GetRequiredValue(station)!,
                Station = parsed.GetRequiredValue(station)!,
                Source = parsed.GetRequiredValue(source)!,
                Rate = parsed.GetValue(rate),
                Count = parsed.GetValue(count),
                IsTriggered = parsed.GetValue(trigger) && parsed.GetRequiredValue(source)!.Kind != SourceKind.GenICam,
                GenICam = new GenICamSettings { Trigger = new TriggerSettings { Mode = parsed.GetValue(trigger) ? TriggerMode.Software : TriggerMode.FreeRun } },
                Loop = parsed.GetValue(loop),
                Raw = string.Equals(parsed.GetValue(format), "raw", StringComparison.Ordinal),
                SignificantBits = parsed.GetValue(bits),
                Deadline = parsed.GetValue(deadline) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null,
            };
            var address = parsed.GetRequiredValue(server) with { SharesMemory = parsed.GetValue(shared) is not "off" };
            return await RunAsync(camera, address, output, parsed.GetValue(quiet), parsed.GetValue(json), TimeSpan.FromSeconds(parsed.GetValue(patience)), cancel);
        });
        return command;
    }

    private static Option<SourceAddress?> Source() => new("--source")
    {
        Description = $"Where frames come from: {SourceAddress.Forms}.",
        HelpName = "SOURCE",
        CustomParser = result =>
        {
            if (SourceAddress.TryParse(result.Tokens[0].Value, out var address, out var error)) return address;
            result.AddError($"--source {error}.");
            return null;
        },
    };

    private static int List(Output output)
    {
        AravisCall.RequireLibrary();
        var found = GenICamDevices.List();
        if (found.Count == 0) output.Error.WriteLine("camera: no GigE Vision or USB3 Vision camera answers here.");
        foreach (var device in found) output.Result.WriteLine($"genicam:{device.SerialNumber}  {device.Vendor} {device.Model}  {device.Address}  {device.Protocol}");
        return ExitCode.Done;
    }

    private static async Task<int> RunAsync(CameraSettings camera, ServerAddress server, Output output, bool quiet, bool json, TimeSpan patience, CancellationToken cancel)
    {
        using var channel = ServerChannel.Open(server);
        using var run = new CameraRun(
            camera, new InspectionService.InspectionServiceClient(channel), new CameraService.CameraServiceClient(channel), server, new CameraLog(output, name: null, quiet || json), patience, TimeProvider.System);
        try
        {
            await run.RunAsync(cancel);
        }
        finally
        {
            if (json) output.WriteJson(run.Tally.Describe(camera.Station));
            else if (run.Tally.Taken > 0) await output.Result.WriteLineAsync(string.Join(Environment.NewLine, run.Tally.Lines()));
        }

        if (!json) output.WriteNotes(run.Tally.Notes);
        return run.Tally.Answered <= run.Tally.Errors && run.Tally.Taken > 0 ? ExitCode.Failed : run.Tally.Unreadable.Count > 0 ? ExitCode.Partly : ExitCode.Done;
    }

    private static async Task<int> RunAsync(CamerasFile file, ServerAddress server, Output output, bool quiet, CancellationToken cancel)
    {
        using var program = new CameraProgram(file, file.Server is { } own ? own with { Key = server.Key, LocalKey = server.LocalKey } : server, output, quiet, TimeProvider.System);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var status = file.StatusPort is { } port ? new StatusListener(port, program.Runs) : null;
        var answering = status?.RunAsync(ended.Token) ?? Task.CompletedTask;
        output.Error.WriteLine($"camera: {string.Join(", ", file.Cameras.Select(camera => $"{camera.Name} ({camera.Source})"))}");
        var isDone = await program.RunAsync(cancel);
        await ended.CancelAsync();
        await answering.WaitAsync(s_end, CancellationToken.None);
        return isDone ? ExitCode.Done : ExitCode.Failed;
    }
}
