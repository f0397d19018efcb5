using System.CommandLine;
using AnomalyLine.Contracts.V1;
using Grpc.Net.Client;
using ControlCharacters = AnomalyLine.Imaging.ControlCharacters;

namespace AnomalyLine.Cli.Commands;

/// <summary>The verbs of `anomalyline stations` that change what a running station does.</summary>
internal static class StationControlCommands
{
    public static Command Start(Output output) => Control(output, "start", "Judge frames again.", async (channel, name, cancel) =>
        (await new StationService.StationServiceClient(channel).StartStationAsync(new StartStationRequest { Name = name }, cancellationToken: cancel)).Station);

    public static Command Stop(Output output) => Control(output, "stop", "Answer further frames NOT_DECIDABLE; those accepted are still judged.", async (channel, name, cancel) =>
        (await new StationService.StationServiceClient(channel).StopStationAsync(new StopStationRequest { Name = name }, cancellationToken: cancel)).Station);

    public static Command Reset(Output output) => Control(output, "reset", "Count inspections from zero.", async (channel, name, cancel) =>
        (await new StationService.StationServiceClient(channel).ResetCountersAsync(new ResetCountersRequest { Name = name }, cancellationToken: cancel)).Station);

    public static Command Next(Output output)
    {
        var name = StationsCommand.Name();
        var part = new Option<string>("--part") { Description = "Identity of the part, at most 128 characters.", DefaultValueFactory = _ => "", HelpName = "ID" };
        var product = new Option<string>("--product") { Description = "Its product, at most 64 characters; the station's selected one by default.", DefaultValueFactory = _ => "", HelpName = "ID" };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("next", "Say which part comes next, for the next frame that names none.") { name, part, product, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var station = parsed.GetRequiredValue(name);
            var request = new SetNextPartRequest { Station = station, PartId = parsed.GetRequiredValue(part), ProductId = parsed.GetRequiredValue(product) };
            var replaced = (await new StationService.StationServiceClient(channel).SetNextPartAsync(request, cancellationToken: cancel)).Replaced;
            if (parsed.GetValue(json)) output.WriteJson(new { station, replaced = replaced is null ? null : new { partId = replaced.PartId, productId = replaced.ProductId } });
            else await output.Result.WriteLineAsync(replaced is null ? $"{station}: announced." : $"{station}: announced, in place of part '{ControlCharacters.Escape(replaced.PartId)}', which no frame had used.");
            return ExitCode.Done;
        });
        return command;
    }

    public static Command Trigger(Output output)
    {
        var name = StationsCommand.Name();
        var camera = new Option<string>("--camera") { Description = "What its program calls the camera; the station's only one with a software trigger by default.", DefaultValueFactory = _ => "", HelpName = "NAME" };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("trigger", "Have a station's camera take a frame, if it is set to a software trigger. The frame comes as an inspection.") { name, camera, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var station = parsed.GetRequiredValue(name);
            var request = new TriggerCameraRequest { Station = station, Camera = parsed.GetRequiredValue(camera) };
            var triggered = (await new CameraService.CameraServiceClient(channel).TriggerCameraAsync(request, cancellationToken: cancel)).Camera;
            if (parsed.GetValue(json)) output.WriteJson(new { station, camera = triggered });
            else await output.Result.WriteLineAsync($"{station}: camera '{ControlCharacters.Escape(triggered)}' has taken the trigger.");
            return ExitCode.Done;
        });
        return command;
    }

    public static Command Rename(Output output)
    {
        var display = new Option<string>("--as")
        {
            Description = "The name that people read, at most 64 characters; empty for the station's own.",
            Required = true,
            HelpName = "TEXT",
        };
        return Control(
            output,
            "rename",
            "Show a station to people under another name. Cameras, tags and the log keep its own.",
            async (channel, name, parsed, cancel) =>
            {
                var request = new RenameStationRequest { Name = name, DisplayName = parsed.GetRequiredValue(display) };
                return (await new StationService.StationServiceClient(channel).RenameStationAsync(request, cancellationToken: cancel)).Station;
            },
            display);
    }

    public static Command Remove(Output output)
    {
        var name = StationsCommand.Name();
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        const string description = "Take a station out of the line: its cameras are refused, its tags turn bad. What it inspected stays in the log.";
        var command = new Command("remove", description) { name, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var station = parsed.GetRequiredValue(name);
            var request = new RemoveStationRequest { Name = station };
            await new StationService.StationServiceClient(channel).RemoveStationAsync(request, cancellationToken: cancel);
            if (parsed.GetValue(json)) output.WriteJson(new { name = station, removed = true });
            else await output.Result.WriteLineAsync($"{station}: removed. Added again, it goes on with its numbers.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Control(Output output, string verb, string description, Func<GrpcChannel, string, CancellationToken, Task<StationStatus>> call)
        => Control(output, verb, description, (channel, name, _, cancel) => call(channel, name, cancel));

    private static Command Control(
        Output output, string verb, string description, Func<GrpcChannel, string, ParseResult, CancellationToken, Task<StationStatus>> call, params Option[] more)
    {
        var name = StationsCommand.Name();
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command(verb, description) { name, server, json };
        foreach (var option in more) command.Options.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var station = await call(channel, parsed.GetRequiredValue(name), parsed, cancel);
            if (parsed.GetValue(json)) output.WriteJson(StationsCommand.Describe(station));
            else await output.Result.WriteLineAsync($"{station.Name}: {(station.Ready ? "ready" : station.Fault.TrimEnd('.'))}; {station.Counters?.Inspected ?? 0} inspected.");
            return ExitCode.Done;
        });
        return command;
    }
}
