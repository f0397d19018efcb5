using System.CommandLine;
using AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline models versions|gate|shadow`: the model versions of a station.</summary>
internal static class ModelVersionCommands
{
    public static Command Versions(Output output)
    {
        var station = StationsCommand.Name();
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("versions", "List a station's model versions with their stages, newest first.") { station, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var answer = await new ModelService.ModelServiceClient(channel).ListModelVersionsAsync(new ListModelVersionsRequest { Station = parsed.GetRequiredValue(station) }, cancellationToken: cancel);
            if (parsed.GetValue(json)) output.WriteJson(new { models = answer.Models.Select(Describe) });
            else TextTable.Write(output.Result, ["NUMBER", "VERSION", "PRODUCT", "STAGE", "ORIGIN", "GATE", "JOB", "BY", "FROM"],
                answer.Models.Select(Row));
            return ExitCode.Done;
        });
        return command;
    }

    public static Command Gate(Output output)
    {
        var station = StationsCommand.Name();
        var version = Version();
        var product = StationRecipeCommands.Product();
        var folder = new Option<string?>("--output") { Description = "Write gate.json and gate.html into this folder.", HelpName = "DIR" };
        var server = CommonOptions.Server();
        var command = new Command("gate",
            "The comparison that the gate decided by: the JSON document on standard output, or both documents in a folder.") { station, version,
            product, folder, server };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var request = new GetGateRequest
            {
                Station = parsed.GetRequiredValue(station),
                Version = parsed.GetRequiredValue(version),
                ProductId = parsed.GetRequiredValue(product)
            };
            var answer = await new ModelService.ModelServiceClient(channel).GetGateAsync(request, cancellationToken: cancel);
            if (parsed.GetValue(folder) is not { } target)
            {
                await output.Result.WriteLineAsync(answer.Json);
                return ExitCode.Done;
            }

            Directory.CreateDirectory(target);
            await File.WriteAllTextAsync(Path.Combine(target, "gate.json"), answer.Json, cancel);
            await File.WriteAllTextAsync(Path.Combine(target, "gate.html"), answer.Html, cancel);
            return ExitCode.Done;
        });
        return command;
    }

    public static Command Shadow(Output output)
    {
        var station = StationsCommand.Name();
        var version = new Option<string?>("--version") { Description = "The candidate that scores frames beside the active model.", HelpName = "VERSION" };
        var product = StationRecipeCommands.Product();
        var off = new Option<bool>("--off") { Description = "End it." };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("shadow",
            "Let a candidate score frames without giving verdicts, or show how it agrees with the active model.") { station, version, product, off,
            server, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(off) && result.GetValue(version) is null) result.AddError("--off needs the --version to end.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var client = new ModelService.ModelServiceClient(channel);
            var name = parsed.GetRequiredValue(station);
            if (parsed.GetValue(version) is { } chosen)
            {
                var request = new SetShadowRequest
                {
                    Station = name,
                    ProductId = parsed.GetRequiredValue(product),
                    Version = chosen,
                    Enabled = !parsed.GetValue(off)
                };
                var model = (await client.SetShadowAsync(request, cancellationToken: cancel)).Model;
                if (parsed.GetValue(json)) output.WriteJson(Describe(model));
                else await output.Result.WriteLineAsync($"{model.Station}: version {model.Number} ({model.Version}) is a {model.Stage.ToString().ToLowerInvariant()} now.");
                return ExitCode.Done;
            }

            var shadow = await client.GetShadowAsync(new GetShadowRequest { Station = name }, cancellationToken: cancel);
            if (parsed.GetValue(json)) output.WriteJson(Describe(shadow));
            else await WriteAsync(output, name, shadow);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task WriteAsync(Output output, string station, GetShadowResponse shadow)
    {
        await output.Result.WriteLineAsync(shadow.Version.Length == 0
            ? $"{station}: no shadow."
            : $"{station}: {shadow.Version} agrees with {shadow.ActiveVersion} on {shadow.Agreed} of {shadow.Judged} parts; it gave way on {shadow.Skipped}. {shadow.Fault}");
        if (shadow.Disagreements.Count > 0)
            TextTable.Write(output.Result, ["SEQUENCE", "PART", "ACTIVE", "THRESHOLD", "SHADOW", "THRESHOLD"], shadow.Disagreements.Select(d => (IReadOnlyList<string>)[$"{d.Sequence}", d.PartId, $"{d.ActiveScore:G6}", $"{d.ActiveThreshold:G6}", $"{d.ShadowScore:G6}", $"{shadow.Threshold:G6}"]));
    }

    public static Argument<string> Version() => new("version") { Description = "Version of the model; see 'anomalyline models versions'." };

    private static IReadOnlyList<string> Row(StationModel model) =>
    [
        $"{model.Number}", model.Version, model.ProductId, model.Stage.ToString().ToLowerInvariant(), model.Origin, !model.HasGatePasses
            ? "not asked" : model.GatePasses ? "passes" : "does not pass",
        model.JobId == 0 ? "" : $"{model.JobId}", model.CreatedBy, model.Parent,
    ];

    private static object Describe(StationModel model) => new
    {
        station = model.Station,
        number = model.Number,
        version = model.Version,
        productId = model.ProductId,
        stage = model.Stage.ToString().ToLowerInvariant(),
        parent = model.Parent,
        dataDigest = model.DataDigest,
        origin = model.Origin,
        jobId = model.JobId,
        createdBy = model.CreatedBy,
        creationTime = model.CreationTime?.ToDateTimeOffset(),
        gatePasses = model.HasGatePasses ? model.GatePasses : (bool?)null,
        gateAgainst = model.GateAgainst,
        gateSummary = model.GateSummary,
        overrideReason = model.OverrideReason,
    };

    private static object Describe(GetShadowResponse shadow) => new
    {
        version = shadow.Version,
        activeVersion = shadow.ActiveVersion,
        threshold = shadow.Threshold,
        judged = shadow.Judged,
        agreed = shadow.Agreed,
        skipped = shadow.Skipped,
        fault = shadow.Fault,
        disagreements = shadow.Disagreements.Select(d => new
        {
            sequence = d.Sequence,
            partId = d.PartId,
            activeScore = d.ActiveScore,
            activeThreshold = d.ActiveThreshold,
            shadowScore = d.ShadowScore,
            time = d.Time.ToDateTimeOffset(),
            picture = d.Picture.ToBase64(),
        }),
    };
}
