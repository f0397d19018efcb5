using System.CommandLine;
using AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline samples`: the frames that a server keeps for training.</summary>
internal static class SamplesCommand
{
    public static Command Create(Output output) => new("samples", "The frames that a server keeps for training.")
    {
        List(output), Review(output), Remove(output), SamplesTransfer.Import(output), SamplesTransfer.Export(output), Check(output), Guard(output),
            SamplesPolicy.Create(output),
    };

    private static Command List(Output output)
    {
        var filter = new SampleFilterOptions();
        var limit = new Option<int>("--limit") { Description = "At most so many; the first ones.", DefaultValueFactory = _ => 100, HelpName = "N" }.Within(1, 1_000_000);
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("list", "List samples.") { limit, server, json };
        filter.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var samples = await SampleFilterOptions.ReadAsync(channel, filter.ToRequest(parsed), cancel).Take(parsed.GetValue(limit)).ToListAsync(cancel);
            if (parsed.GetValue(json)) output.WriteJson(new { samples = samples.Select(Describe) });
            else TextTable.Write(output.Result, ["ID", "STATION", "STATE", "LABEL", "REASON", "SCORE", "PART", "CAPTURED", "REVIEWED BY", "SUSPICION"], samples.Select(Row));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Review(Output output)
    {
        var ids = new Argument<ulong[]>("ids")
        {
            Description = "Numbers of samples; none: all that the filter matches.",
            Arity = ArgumentArity.ZeroOrMore
        };
        var filter = new SampleFilterOptions();
        var state = new Option<string>("--as") { Description = "What they are from now on.", Required = true }.OneOf("approved", "excluded", "pending");
        var label = new Option<string?>("--set-label") { Description = "What the parts are; each as it is by default." };
        label.OneOf("normal", "anomalous");
        var defect = new Option<string?>("--defect") { Description = "Kind of defect, such as scratch.", HelpName = "KIND" };
        var expected = new Option<string?>("--expect") { Description = "The state that you know them in; if somebody has decided about one of them meanwhile, nothing is changed." };
        expected.OneOf("approved", "excluded", "pending");
        var comment = new Option<string?>("--comment") { Description = "What you add for those who look later.", HelpName = "TEXT" };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("review", "Approve or exclude samples.") { ids, state, label, defect, comment, expected, server, json };
        filter.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var chosen = parsed.GetValue(ids) ?? [];
            SampleDecision[] seen = [];
            if (chosen.Length == 0)
            {
                if (!filter.IsUsed(parsed)) throw new CommandException("name samples by their numbers, or say which with --station, --state, --label, --reason or --suspected.");
                seen = await SampleFilterOptions.ReadAsync(channel, filter.ToRequest(parsed), cancel)
                    .Select(sample => new SampleDecision
                    {
                        Id = sample.Id,
                        State = sample.State,
                        Label = sample.Label,
                        Defect = sample.Defect
                    }).ToArrayAsync(cancel);
                chosen = [.. seen.Select(sample => sample.Id)];
                if (chosen.Length == 0) throw new CommandException("no sample matches.");
            }

            if (parsed.GetValue(expected) is { } known) seen = [.. chosen.Select(id =>
                new SampleDecision { Id = id, State = SampleFilterOptions.ToState(known) })];

            var request = new ReviewSamplesRequest { Ids = { chosen }, State = SampleFilterOptions.ToState(parsed.GetValue(state)), Label = SampleFilterOptions.ToLabel(parsed.GetValue(label)) };
            request.Expected.AddRange(seen);
            if (parsed.GetValue(defect) is { } kind) request.Defect = kind;
            if (parsed.GetValue(comment) is { } words) request.Comment = words;
            var reviewed = (await new SampleService.SampleServiceClient(channel).ReviewSamplesAsync(request, cancellationToken: cancel)).Samples;
            if (parsed.GetValue(json)) output.WriteJson(new { samples = reviewed.Select(Describe) });
            else await output.Result.WriteLineAsync($"{reviewed.Count} samples are {parsed.GetValue(state)}.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Remove(Output output)
    {
        var ids = new Argument<ulong[]>("ids")
        {
            Description = "Numbers of samples; none: all that the filter matches.",
            Arity = ArgumentArity.ZeroOrMore
        };
        var filter = new SampleFilterOptions(canSuspect: false);
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("remove", "Remove samples with their pictures for good, approved ones too.") { ids, server, json };
        filter.AddTo(command);
        command.Validators.Add(result =>
        {
            if ((result.GetValue(ids) ?? []).Length > 0 == filter.IsUsed(result))
                result.AddError("Name samples by their numbers, or say which with --station, --state, --label or --reason; one of both.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var which = filter.ToRequest(parsed);
            var request = new DeleteSamplesRequest
            {
                Ids = { parsed.GetValue(ids) ?? [] },
                Station = which.Station,
                State = which.State,
                Label = which.Label,
                Reason = which.Reason
            };
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var removed = await new SampleService.SampleServiceClient(channel).DeleteSamplesAsync(request, cancellationToken: cancel);
            if (parsed.GetValue(json)) output.WriteJson(new { samples = removed.Samples, freedBytes = removed.FreedBytes });
            else await output.Result.WriteLineAsync($"{removed.Samples} samples removed, {removed.FreedBytes / 1048576.0:0.0} MiB freed.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Check(Output output)
    {
        var station = new Option<string>("--station") { Description = "Name of the station.", Required = true, HelpName = "NAME" };
        var model = new Option<string?>("--model") { Description = "Model version to check with; the station's active one by default.", HelpName = "VERSION" };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("check", "Mark samples that count as normal but do not look it.") { station, model, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var request = new CheckSamplesRequest { Station = parsed.GetRequiredValue(station), ModelVersion = parsed.GetValue(model) ?? "" };
            var result = await new SampleService.SampleServiceClient(channel).CheckSamplesAsync(request, cancellationToken: cancel);
            if (parsed.GetValue(json)) output.WriteJson(new { @checked = result.Checked, suspected = result.Suspected });
            else await output.Result.WriteLineAsync($"{result.Checked} checked, {result.Suspected} look wrong: see them with 'anomalyline samples list --station {request.Station} --suspected'.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Guard(Output output)
    {
        var station = StationsCommand.Name();
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("guard", "Mark samples that count as normal but are unlike all the others, by a model that never saw them; takes about 8 s for 100 samples.") { station, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var request = new CheckSamplesRequest { Station = parsed.GetRequiredValue(station), LeaveOut = true };
            var result = await new SampleService.SampleServiceClient(channel).CheckSamplesAsync(request, cancellationToken: cancel);
            if (parsed.GetValue(json)) output.WriteJson(new { @checked = result.Checked, suspected = result.Suspected });
            else await output.Result.WriteLineAsync($"{result.Checked} checked, {result.Suspected} are unlike the others: see them with 'anomalyline samples list --station {request.Station} --suspected'.");
            return ExitCode.Done;
        });
        return command;
    }

    private static IReadOnlyList<string> Row(Sample sample) =>
    [
        $"{sample.Id}", sample.Station, $"{sample.State}", sample.Defect.Length == 0 ? $"{sample.Label}" : $"{sample.Label} ({sample.Defect})", $"{sample.Reason}",
        $"{sample.Score:G4}", sample.PartId, $"{sample.CaptureTime?.ToDateTimeOffset():yyyy-MM-dd HH:mm:ss}", sample.ReviewedBy, sample.Suspicion,
    ];

    private static object Describe(Sample sample) => new
    {
        id = sample.Id,
        station = sample.Station,
        sha256 = sample.Sha256,
        state = sample.State,
        label = sample.Label,
        defect = sample.Defect,
        reason = sample.Reason,
        partId = sample.PartId,
        captureTime = sample.CaptureTime?.ToDateTimeOffset(),
        sequence = sample.Sequence,
        verdict = sample.Verdict,
        score = sample.Score,
        threshold = sample.Threshold,
        modelVersion = sample.ModelVersion,
        reviewedBy = sample.ReviewedBy,
        reviewTime = sample.ReviewTime?.ToDateTimeOffset(),
        suspicion = sample.Suspicion,
    };
}
