using System.CommandLine;
using AnomalyLine.Contracts.V1;
using Google.Protobuf.WellKnownTypes;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline stations`: the inspection points of a server.</summary>
internal static class StationsCommand
{
    public static Command Create(Output output) => new("stations", "The inspection points of a server.")
    {
        List(output), Add(output), StationControlCommands.Rename(output), StationControlCommands.Remove(output), Activate(output),
        StationControlCommands.Start(output), StationControlCommands.Stop(output), StationControlCommands.Reset(output), StationControlCommands.Next(output), StationControlCommands.Trigger(output),
        StationRecipeCommands.List(output), StationRecipeCommands.Select(output), StationRecipeCommands.Rollback(output), StationRecipeCommands.Sensitivity(output), StationDriftCommand.Create(output),
    };

    /// <summary>The argument that names the station.</summary>
    public static Argument<string> Name() => new("name") { Description = "Name of the station: 1..64 letters, digits, '-', '_', '.'." };

    /// <summary>A station for --json.</summary>
    public static object Describe(StationStatus station) => new
    {
        name = station.Name,
        displayName = station.DisplayName,
        ready = station.Ready,
        fault = station.Fault,
        mode = station.Mode == StationMode.Stopped ? "stopped" : "continuous",
        productId = station.ProductId,
        modelVersion = station.ModelVersion,
        recipeRevision = station.RecipeRevision,
        threshold = station.Threshold,
        lastSequence = station.LastSequence,
        inspected = station.Counters?.Inspected ?? 0,
        ok = station.Counters?.Ok ?? 0,
        notOk = station.Counters?.NotOk ?? 0,
        notDecidable = station.Counters?.NotDecidable ?? 0,
        countersSince = station.CountersSince?.ToDateTimeOffset(),
        queueLength = station.QueueLength,
        captureTimeOffsetSeconds = station.CaptureTimeOffset?.ToTimeSpan().TotalSeconds,
    };

    /// <summary>A recipe for --json.</summary>
    public static object Describe(Recipe recipe) => new
    {
        station = recipe.Station,
        revision = recipe.Revision,
        productId = recipe.ProductId,
        active = recipe.Active,
        modelVersion = recipe.ModelVersion,
        threshold = recipe.Threshold,
        pixelThreshold = recipe.PixelThreshold,
        sensitivity = recipe.Sensitivity,
        sensitivityLimit = recipe.SensitivityLimit,
        judgedThreshold = recipe.JudgedThreshold,
        deadlineMs = recipe.Deadline?.ToTimeSpan().TotalMilliseconds,
        restoredFrom = recipe.RestoredFrom,
        activationTime = recipe.ActivationTime?.ToDateTimeOffset(),
        createdBy = recipe.CreatedBy,
        reason = recipe.Reason,
    };

    private static Command List(Output output)
    {
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("list", "List all stations with their state.") { server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var answer = await new StationService.StationServiceClient(channel).ListStationsAsync(new ListStationsRequest(), cancellationToken: cancel);
            if (parsed.GetValue(json)) output.WriteJson(new { stations = answer.Stations.Select(Describe) });
            else TextTable.Write(output.Result, ["STATION", "STATE", "MODEL", "REVISION", "THRESHOLD", "INSPECTED", "OK", "NOT OK", "NOT DECIDABLE"], answer.Stations.Select(Row));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Add(Output output)
    {
        var name = Name();
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("add", "Add a station.") { name, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var request = new CreateStationRequest { Name = parsed.GetRequiredValue(name) };
            var answer = await new StationService.StationServiceClient(channel).CreateStationAsync(request, cancellationToken: cancel);
            if (parsed.GetValue(json)) output.WriteJson(Describe(answer.Station));
            else await output.Result.WriteLineAsync($"{answer.Station.Name}: added. Give it a model with 'anomalyline stations activate {answer.Station.Name} --model VERSION'.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Activate(Output output)
    {
        var name = Name();
        var model = new Option<string>("--model") { Description = "Version of a model on the server; see 'anomalyline models list'.", Required = true, HelpName = "VERSION" };
        var threshold = new Option<float?>("--threshold") { Description = "Score above which a part is NotOk; the model's calibrated one by default.", HelpName = "X" };
        var product = StationRecipeCommands.Product();
        var reason = new Option<string>("--override-reason")
        {
            Description = "Why; kept with the revision and in the audit. A candidate that the gate did not pass becomes active only with it.",
            HelpName = "TEXT",
            DefaultValueFactory = _ => "",
        };
        var expected = StationRecipeCommands.Expected();
        var deadline = new Option<int?>("--deadline-ms") { Description = "Time from a frame's arrival to its verdict; 1000 by default.", HelpName = "MS" };
        var area = CommonOptions.Area("What the station judges of each frame; what the model was trained with by default.");
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("activate", "Make a model judge a station, between two frames.")
        {
            name, model, product, threshold, deadline.Within(1, 60_000), area, reason, expected.Within(0, int.MaxValue), server, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var request = new ActivateRecipeRequest { Station = parsed.GetRequiredValue(name), ModelVersion = parsed.GetRequiredValue(model), ProductId = parsed.GetRequiredValue(product) };
            request.OverrideReason = parsed.GetRequiredValue(reason);
            if (parsed.GetValue(expected) is { } seen) request.ExpectedRevision = (uint)seen;
            if (parsed.GetValue(threshold) is { } score) request.Threshold = score;
            if (parsed.GetValue(deadline) is { } milliseconds) request.Deadline = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(milliseconds));
            if (CommonOptions.ReadArea(parsed.GetValue(area)) is { } judged)
            {
                if (judged.Region is { } r) request.RegionOfInterest = new RegionOfInterest { X = (uint)r.X, Y = (uint)r.Y, Width = (uint)r.Width, Height = (uint)r.Height };
                request.LeftOut.AddRange(judged.LeftOut.Select(shape => new AreaShape { Kind = (AreaShape.Types.Kind)(shape.Kind + 1), Points = { shape.Points.Select(point => (uint)point) }, Width = (uint)shape.Width }));
            }

            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var recipe = (await new RecipeService.RecipeServiceClient(channel).ActivateRecipeAsync(request, cancellationToken: cancel)).Recipe;
            return await StationRecipeCommands.TellAsync(output, recipe, parsed.GetValue(json));
        });
        return command;
    }

    private static string State(StationStatus station) => (station.Ready ? "ready" : station.Fault)
        + (station.CaptureTimeOffset?.ToTimeSpan().TotalSeconds is { } offset ? $"; the camera's clock is {Math.Abs(offset):0} s {(offset > 0 ? "ahead" : "behind")}" : "");

    private static IReadOnlyList<string> Row(StationStatus station) =>
    [
        station.DisplayName.Length == 0 ? station.Name : $"{station.Name} ({station.DisplayName})", State(station), station.ModelVersion,
        $"{station.RecipeRevision}", $"{station.Threshold:G6}",
        $"{station.Counters?.Inspected}", $"{station.Counters?.Ok}", $"{station.Counters?.NotOk}", $"{station.Counters?.NotDecidable}",
    ];
}
