using System.CommandLine;
using AnomalyLine.Contracts.V1;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline watch`: every inspection, as it comes.</summary>
internal static class WatchCommand
{
    public static Command Create(Output output)
    {
        var station = new Option<string[]>("--station") { Description = "Only this station; may be repeated. All by default.", HelpName = "S", DefaultValueFactory = _ => [] };
        var tail = new Option<int>("--tail") { Description = "Show so many of the latest inspections first.", HelpName = "N" };
        var count = new Option<int?>("--count") { Description = "End after so many inspections.", HelpName = "N" };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json("Print each inspection as a line of JSON.");
        var command = new Command("watch", "Show inspections as they come, until Ctrl-C.") { station, tail.Within(0, 100_000), count.Within(1, int.MaxValue), server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var request = new WatchInspectionsRequest { Stations = { parsed.GetRequiredValue(station) }, Tail = (uint)parsed.GetValue(tail) };
            var asJson = parsed.GetValue(json);
            void Show(Wire.Inspection inspection)
            {
                if (asJson) output.WriteJson(InspectionText.Describe(inspection));
                else output.Result.WriteLine($"{inspection.CompletionTime?.ToDateTimeOffset():HH:mm:ss.fff}  {inspection.Station,-12} {InspectionText.Line(inspection)}");
            }

            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            await RunAsync(new InspectionService.InspectionServiceClient(channel), request, Show, parsed.GetValue(count) ?? int.MaxValue, output, cancel);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task RunAsync(
        InspectionService.InspectionServiceClient client, WatchInspectionsRequest request, Action<Wire.Inspection> show, int left, Output output, CancellationToken cancel)
    {
        var backOff = new BackOff(TimeProvider.System);
        var cursors = new Dictionary<string, ulong>(StringComparer.Ordinal);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                using var call = client.WatchInspections(request, cancellationToken: cancel);
                await foreach (var answer in call.ResponseStream.ReadAllAsync(cancel))
                {
                    backOff.Reset();
                    if (answer.EventCase != WatchInspectionsResponse.EventOneofCase.Inspection) continue;
                    cursors[answer.Inspection.Station] = answer.Inspection.Sequence;
                    show(answer.Inspection);
                    if (--left == 0) return;
                }
            }
            catch (Exception stop) when (cancel.IsCancellationRequested && stop is OperationCanceledException or RpcException)
            {
                return;
            }
            catch (RpcException failure) when (failure.StatusCode is StatusCode.Unavailable or StatusCode.DataLoss or StatusCode.Internal && backOff.HasWorked)
            {
                await output.Error.WriteLineAsync($"watch: {RpcFailure.Describe(failure)} Trying again in {backOff.Next.TotalSeconds:0.#} s.");
            }

            await backOff.WaitAsync(cancel);
            request.Cursors.Clear();
            request.Cursors.Add(cursors.Select(cursor => new StationCursor { Station = cursor.Key, AfterSequence = cursor.Value }));
        }
    }
}
