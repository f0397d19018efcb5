using System.CommandLine;
using AnomalyLine.Cli.Bench;
using AnomalyLine.Contracts.V1;
using Grpc.Core;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline bench`: how a server behaves under a load that does not wait for it.</summary>
internal static class BenchCommand
{
    public static Command Create(Output output)
    {
        var stations = new Option<string[]>("--station") { Description = "Station to send frames to; repeat it for several. What is sent becomes inspections of these stations.", HelpName = "S", DefaultValueFactory = _ => [] };
        var models = new Option<string[]>("--model") { Description = "Model file to judge with; repeat it for several. Makes stations bench-1, bench-2, … on the server and gives them these models in turn.", HelpName = "FILE", DefaultValueFactory = _ => [] };
        var cameras = new Option<int[]>("--cameras") { Description = "Numbers of cameras, one measurement each.", HelpName = "N", DefaultValueFactory = _ => [1, 4, 16], AllowMultipleArgumentsPerToken = true };
        var rate = new Option<double>("--rate") { Description = "Frames a second of each camera, whatever the server's pace is.", DefaultValueFactory = _ => 10, HelpName = "HZ" };
        var seconds = new Option<double>("--seconds") { Description = "Length of each measurement.", DefaultValueFactory = _ => 30, HelpName = "S" };
        var warmUp = new Option<double>("--warm-up") { Description = "Seconds before each that do not count.", DefaultValueFactory = _ => 5, HelpName = "S" };
        var size = new Option<string>("--size") { Description = "Width and height of the frames.", DefaultValueFactory = _ => "1280x1024", HelpName = "WxH" };
        var format = new Option<string>("--format") { Description = "Pixels of the frames.", DefaultValueFactory = _ => "mono8" }.OneOf("mono8", "bgr8");
        var deadline = new Option<int?>("--deadline-ms") { Description = "Time from a frame's arrival to its verdict; the recipe's by default.", HelpName = "MS" };
        var page = ServerOptions.Address("--page", "Address of the server's web page; then its processor time and memory are shown too.", "http://127.0.0.1:8080");
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        size.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && Sides(result.Tokens[^1].Value) is null) result.AddError($"--size is '{result.Tokens[^1].Value}'; write it like 1280x1024, each side 64..4096.");
        });
        cameras.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => !int.TryParse(token.Value, out var number) || number is < 1 or > 256)) result.AddError("--cameras must be numbers 1..256, such as --cameras 1 4 16.");
        });
        var command = new Command("bench", "Measure a server: frames at a fixed rate whatever it does, latency from when each was due, so that a stall shows in every frame that it held up.")
        {
            stations, models, cameras, rate.Within(0.001, 10_000), seconds.Within(0.1, 86_400), warmUp.Within(0, 3600), size, format, deadline.Within(1, 60_000), page, server, json,
        };
        command.Validators.Add(result =>
        {
            if ((result.GetValue(stations) is { Length: > 0 }) == (result.GetValue(models) is { Length: > 0 })) result.AddError("Give either --station or --model.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var address = parsed.GetRequiredValue(server);
            var (width, height) = Sides(parsed.GetRequiredValue(size))!.Value;
            var counts = parsed.GetRequiredValue(cameras);
            var names = parsed.GetRequiredValue(stations);
            if (names.Length == 0) names = await PrepareAsync(address, parsed.GetRequiredValue(models), counts.Max(), cancel);
            var results = new List<BenchResult>();
            foreach (var count in counts)
            {
                var options = new BenchOptions
                {
                    Stations = names,
                    Cameras = count,
                    Rate = parsed.GetValue(rate),
                    WarmUp = TimeSpan.FromSeconds(parsed.GetValue(warmUp)),
                    Length = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                    Width = width,
                    Height = height,
                    Mono = string.Equals(parsed.GetValue(format), "mono8", StringComparison.Ordinal),
                    Deadline = parsed.GetValue(deadline) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null,
                };
                results.Add(await BenchRun.RunAsync(options, address, parsed.GetValue(page), TimeProvider.System, cancel));
            }

            Write(output, parsed.GetValue(json), results);
            return results.TrueForAll(result => result.Tally.Answered > 0) ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static void Write(Output output, bool json, List<BenchResult> results)
    {
        if (json)
        {
            output.WriteJson(new { results = results.Select(result => result.Describe()) });
            return;
        }

        TextTable.Write(output.Result, BenchResult.Header, results.Select(result => result.Row()));
        output.Result.WriteLine();
        TextTable.Write(output.Result, BenchResult.StageHeader, results.SelectMany(result => result.StageRows()));
    }

    /// <summary>As many stations as cameras, with the models in turn.</summary>
    private static async Task<string[]> PrepareAsync(ServerAddress server, string[] files, int count, CancellationToken cancel)
    {
        using var channel = ServerChannel.Open(server);
        var versions = new List<string>();
        foreach (var file in files) versions.Add((await ModelsCommand.UploadAsync(channel, file, cancel)).Version);
        var names = Enumerable.Range(1, count).Select(number => $"bench-{number}").ToArray();
        foreach (var (index, name) in names.Index())
        {
            try
            {
                await new StationService.StationServiceClient(channel).CreateStationAsync(new CreateStationRequest { Name = name }, cancellationToken: cancel);
            }
            catch (RpcException failure) when (failure.StatusCode == StatusCode.AlreadyExists)
            {
                // From an earlier measurement.
            }

            var recipe = new ActivateRecipeRequest { Station = name, ModelVersion = versions[index % versions.Count], OverrideReason = "bench" };
            await new RecipeService.RecipeServiceClient(channel).ActivateRecipeAsync(recipe, cancellationToken: cancel);
        }

        return names;
    }

    private static (int Width, int Height)? Sides(string text) =>
        text.Split('x') is [var w, var h] && int.TryParse(w, out var width) && int.TryParse(h, out var height) && width is >= 64 and <= 4096 && height is >= 64 and <= 4096 ? (width, height) : null;
}
