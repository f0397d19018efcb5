using System.CommandLine;
using AnomalyLine.Contracts.V1;
using Google.Protobuf;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline models`: the model files that a server holds, and the gate that compares two files.</summary>
internal static class ModelsCommand
{
    private const int ChunkBytes = 512 * 1024;

    public static Command Create(Output output) => new("models", "The models that a server holds.")
    {
        List(output), Upload(output), Label(output), Remove(output), CompareCommand.Create(output),
        ModelVersionCommands.Versions(output), ModelVersionCommands.Gate(output), ModelVersionCommands.Shadow(output),
    };

    private static Command List(Output output)
    {
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("list", "List all versions, newest first.") { server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var answer = await new ModelService.ModelServiceClient(channel).ListModelsAsync(new ListModelsRequest(), cancellationToken: cancel);
            if (parsed.GetValue(json)) output.WriteJson(new { models = answer.Models.Select(Describe) });
            else TextTable.Write(output.Result, ["VERSION", "NAME", "METHOD", "THRESHOLD", "FALSE REJECTS", "TRAINED", "SIZE"],
                answer.Models.Select(Row));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Upload(Output output)
    {
        var file = new Argument<string>("file") { Description = "The model file (.alm)." };
        var station = new Option<string>("--station") { Description = "A station that it becomes a candidate of at once.", HelpName = "NAME", DefaultValueFactory = _ => "" };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("upload", "Store a model file on the server, which checks it first.") { file, station, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var stored = await UploadAsync(channel, parsed.GetRequiredValue(file), cancel, parsed.GetRequiredValue(station));
            if (parsed.GetValue(json)) output.WriteJson(Describe(stored));
            else await output.Result.WriteLineAsync($"{stored.Version} is on the server; make it active with 'anomalyline stations activate STATION --model {stored.Version}'.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Label(Output output)
    {
        var version = ModelVersionCommands.Version();
        var text = new Argument<string>("name") { Description = "What people call it, at most 64 characters; '' for nothing." };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("label", "Give a model a name for people; its version stays.") { version, text, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var request = new UpdateModelRequest { Version = parsed.GetRequiredValue(version), Label = parsed.GetRequiredValue(text) };
            var model = (await new ModelService.ModelServiceClient(channel).UpdateModelAsync(request, cancellationToken: cancel)).Model;
            if (parsed.GetValue(json)) output.WriteJson(Describe(model));
            else await output.Result.WriteLineAsync(model.Label.Length == 0 ? $"{model.Version} has no name."
                : $"{model.Version} is called '{model.Label}'.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Remove(Output output)
    {
        var version = ModelVersionCommands.Version();
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("remove", "Remove a model's file from the server for good; one that is in use is refused.") { version, server,
            json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var request = new DeleteModelRequest { Version = parsed.GetRequiredValue(version) };
            var removed = await new ModelService.ModelServiceClient(channel).DeleteModelAsync(request, cancellationToken: cancel);
            if (parsed.GetValue(json)) output.WriteJson(new { version = request.Version, freedBytes = removed.FreedBytes });
            else await output.Result.WriteLineAsync($"{request.Version} removed, {removed.FreedBytes / 1048576.0:0.0} MiB freed.");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Stores a model file on the server.</summary>
    /// <exception cref="CommandException">There is no such file.</exception>
    internal static async Task<ModelVersion> UploadAsync(Grpc.Net.Client.GrpcChannel channel, string path, CancellationToken cancel, string station = "")
    {
        if (!File.Exists(path)) throw new CommandException($"{path}: no such file; train one with 'anomalyline train'.");
        await using var stream = File.OpenRead(path);
        using var call = new ModelService.ModelServiceClient(channel).UploadModel(cancellationToken: cancel);
        var buffer = new byte[ChunkBytes];
        try
        {
            int count;
            while ((count = await stream.ReadAsync(buffer, cancel)) > 0)
                await call.RequestStream.WriteAsync(new UploadModelRequest { Chunk = ByteString.CopyFrom(buffer, 0, count), Station = station }, cancel);
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception early) when (early is InvalidOperationException or Grpc.Core.RpcException)
        {
            // The server ended the call before it had read all; its answer, awaited below, says why.
        }

        return (await call.ResponseAsync).Model;
    }

    private static IReadOnlyList<string> Row(ModelVersion model) =>
    [
        model.Version, model.Label, model.Method, $"{model.Threshold:G6}",
            $"{model.FalseRejectRate * 100:0.##} %{(model.Certified ? "" : " (not certified)")}",
        $"{model.CreationTime?.ToDateTimeOffset():yyyy-MM-dd HH:mm}", $"{model.SizeBytes / 1048576.0:0.0} MiB",
    ];

    private static object Describe(ModelVersion model) => new
    {
        version = model.Version,
        label = model.Label,
        method = model.Method,
        sha256 = model.Sha256,
        threshold = model.Threshold,
        falseRejectRate = model.FalseRejectRate,
        certified = model.Certified,
        creationTime = model.CreationTime?.ToDateTimeOffset(),
        sizeBytes = model.SizeBytes,
    };
}
