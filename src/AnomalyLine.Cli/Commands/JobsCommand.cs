using System.CommandLine;
using System.Globalization;
using AnomalyLine.Contracts.V1;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods;
using Google.Protobuf.WellKnownTypes;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline jobs`: trainings on a server.</summary>
internal static class JobsCommand
{
    public static Command Create(Output output) => new("jobs", "Trainings on a server, one at a time.") { Start(output), List(output), Watch(output), Cancel(output), Log(output), ScheduleCommand.Create(output) };

    private static Command Start(Output output)
    {
        var station = new Argument<string?>("station") { Description = "The station that the model is for; its approved samples are used. Not needed with --product.", Arity = ArgumentArity.ZeroOrOne };
        var product = new Option<string>("--product") { Description = "The product that the model is for: approved samples of all stations with a recipe for it are used.", HelpName = "ID", DefaultValueFactory = _ => "" };
        var method = new Option<string>("--method") { Description = "The method; see 'anomalyline methods'. Not with --warm-start." }.OneOf([.. MethodCatalog.All.Select(entry => entry.Name)]);
        var preset = new Option<string>("--preset") { Description = "The options to start from.", DefaultValueFactory = _ => "balanced" }.OneOf([.. MethodDescriptor.PresetNames]);
        var set = new Option<string[]>("--set") { Description = "Change an option of the preset; may be repeated.", HelpName = "KEY=VALUE", DefaultValueFactory = _ => [] };
        var warm = new Option<bool>("--warm-start") { Description = "Start from the station's active model, with its method and options." };
        var since = new Option<DateTimeOffset?>("--approved-since") { Description = "Only samples approved since then (UTC where no zone is given).", HelpName = "TIME" };
        var baseData = new Option<string>("--base") { Description = "Folder below 'datasets' in the server's data folder that is used beside the samples.", HelpName = "NAME", DefaultValueFactory = _ => "" };
        var rate = new Option<double>("--false-reject-rate") { Description = "Share of normal parts that may be rejected.", DefaultValueFactory = _ => 0.01, HelpName = "RATE" }.Within(1e-6, 0.999);
        var minutes = new Option<double?>("--max-minutes") { Description = "Time limit of the training steps.", HelpName = "M" }.Within(0.001, 100_000);
        var threads = new Option<int>("--threads") { Description = "Threads of the trainer; 0 for as many as there are cores.", HelpName = "N" }.Within(0, 1024);
        var wait = new Option<bool>("--wait") { Description = "Show its progress until it is over." };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("start", "Queue a training for a station, or for a product.") { station, product, method, preset, set, warm, since, baseData, rate, minutes, threads, wait, server, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(station) is null && result.GetValue(product) is not { Length: > 0 }) result.AddError("Name the station, or a --product.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var order = new TrainingOrder
            {
                Station = parsed.GetValue(station) ?? "",
                ProductId = parsed.GetRequiredValue(product),
                Method = parsed.GetValue(method) ?? "",
                Preset = parsed.GetRequiredValue(preset),
                WarmStart = parsed.GetValue(warm),
                ApprovedSince = parsed.GetValue(since)?.ToTimestamp(),
                BaseData = parsed.GetRequiredValue(baseData),
                FalseRejectRate = parsed.GetValue(rate),
                Threads = (uint)parsed.GetValue(threads),
            };
            if (parsed.GetValue(minutes) is { } limit) order.MaxMinutes = limit;
            foreach (var setting in parsed.GetRequiredValue(set).Select(text => text.Split('=', 2)))
            {
                if (setting.Length < 2) throw new CommandException($"--set is '{setting[0]}'; write it as key=value.", ExitCode.WrongUsage);
                order.Options.Add(new TrainingOption { Name = setting[0], Value = setting[1] });
            }

            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var client = new TrainingService.TrainingServiceClient(channel);
            var job = (await client.StartJobAsync(new StartJobRequest { Order = order }, cancellationToken: cancel)).Job;
            if (parsed.GetValue(wait)) return await FollowAsync(client, job.Id, output, parsed.GetValue(json), cancel);
            if (parsed.GetValue(json)) output.WriteJson(Describe(job));
            else await output.Result.WriteLineAsync($"Job {job.Id} is queued; follow it with 'anomalyline jobs watch {job.Id}'.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(Output output)
    {
        var station = new Option<string>("--station") { Description = "Only those of this station.", HelpName = "NAME", DefaultValueFactory = _ => "" };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("list", "List jobs, newest first.") { station, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var answer = await new TrainingService.TrainingServiceClient(channel).ListJobsAsync(new ListJobsRequest { Station = parsed.GetRequiredValue(station) }, cancellationToken: cancel);
            if (parsed.GetValue(json)) output.WriteJson(new { jobs = answer.Jobs.Select(Describe) });
            else TextTable.Write(output.Result, ["JOB", "STATION", "METHOD", "STATE", "ASKED FOR", "BY", "MODEL", "SAYS"], answer.Jobs.Select(Row));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Watch(Output output) => OfJob(
        "watch", "Show a job's progress until it is over. Exit code 1 where it did not succeed.", output, (client, id, json, cancel) => FollowAsync(client, id, output, json, cancel));

    private static Command Cancel(Output output) => OfJob("cancel", "End a job that waits or runs.", output, async (client, id, json, cancel) =>
    {
        var job = (await client.CancelJobAsync(new CancelJobRequest { Id = id }, cancellationToken: cancel)).Job;
        if (json) output.WriteJson(Describe(job));
        else await output.Result.WriteLineAsync(Text(job));
        return ExitCode.Done;
    });

    private static Command Log(Output output) => OfJob("log", "Print what a job's trainer said.", output, async (client, id, json, cancel) =>
    {
        var text = (await client.GetJobLogAsync(new GetJobLogRequest { Id = id }, cancellationToken: cancel)).Text;
        if (json) output.WriteJson(new { id, text });
        else await output.Result.WriteAsync(text);
        return ExitCode.Done;
    });

    private static Command OfJob(string name, string description, Output output, Func<TrainingService.TrainingServiceClient, ulong, bool, CancellationToken, Task<int>> run)
    {
        var id = new Argument<ulong>("job") { Description = "Number of the job." };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command(name, description) { id, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            return await run(new TrainingService.TrainingServiceClient(channel), parsed.GetRequiredValue(id), parsed.GetValue(json), cancel);
        });
        return command;
    }

    private static async Task<int> FollowAsync(TrainingService.TrainingServiceClient client, ulong id, Output output, bool json, CancellationToken cancel)
    {
        using var call = client.WatchJob(new WatchJobRequest { Id = id }, cancellationToken: cancel);
        TrainingJob? last = null;
        while (await call.ResponseStream.MoveNext(cancel))
        {
            last = call.ResponseStream.Current.Job;
            if (json) output.WriteJson(Describe(last));
            else await output.Result.WriteLineAsync(Text(last));
        }

        return last?.State == JobState.Succeeded ? ExitCode.Done : ExitCode.Failed;
    }

    private static string Text(TrainingJob job) => string.Create(
        CultureInfo.InvariantCulture, $"job {job.Id} {job.State.ToString().ToLowerInvariant()}  {job.Message}{(job is { State: JobState.Running, HasLoss: true } ? $"  loss {job.Loss:G4}" : "")}");

    private static IReadOnlyList<string> Row(TrainingJob job) =>
    [
        $"{job.Id}", job.Order.Station, job.Order.WarmStart ? "warm start" : job.Order.Method, job.State.ToString().ToLowerInvariant(),
        job.CreationTime.ToDateTimeOffset().ToString("u", CultureInfo.InvariantCulture), job.CreatedBy, job.ModelVersion, job.Message,
    ];

    private static object Describe(TrainingJob job) => new
    {
        id = job.Id,
        station = job.Order.Station,
        method = job.Order.Method,
        warmStart = job.Order.WarmStart,
        state = job.State.ToString().ToLowerInvariant(),
        epoch = job.Epoch,
        epochs = job.Epochs,
        loss = job.HasLoss ? job.Loss : (double?)null,
        done = job.Done,
        leftSeconds = job.LeftSeconds,
        attempts = job.Attempts,
        message = job.Message,
        modelVersion = job.ModelVersion,
        createdBy = job.CreatedBy,
        creationTime = job.CreationTime?.ToDateTimeOffset(),
        endTime = job.EndTime?.ToDateTimeOffset(),
    };
}
