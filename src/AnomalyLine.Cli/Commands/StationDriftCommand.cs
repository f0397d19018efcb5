using System.CommandLine;
using AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline stations drift`: whether a station's parts are still what its model was calibrated on.</summary>
internal static class StationDriftCommand
{
    public static Command Create(Output output)
    {
        var name = StationsCommand.Name();
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("drift", "Show what is watched for drift and the alarms. Exit code 1 where there is an alarm.") { name, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var drift = await new StationService.StationServiceClient(channel).GetDriftAsync(new GetDriftRequest { Station = parsed.GetRequiredValue(name) }, cancellationToken: cancel);
            if (parsed.GetValue(json))
            {
                output.WriteJson(new
                {
                    signals = drift.Signals.Select(s => new { signal = s.Signal, parts = s.Parts, evidence = s.Evidence, before = Number(s.Before), now = Number(s.Now) }),
                    alarms = drift.Alarms.Select(a => new { signal = a.Signal, rises = a.Rises, before = Number(a.Before), now = Number(a.Now), parts = a.Parts, time = a.Time.ToDateTimeOffset(), reason = a.Reason, suggestion = a.Suggestion }),
                });
            }
            else
            {
                TextTable.Write(output.Result, ["SIGNAL", "PARTS", "BEFORE", "NOW", "EVIDENCE (ALARM AT 1)"], drift.Signals.Select(s => (IReadOnlyList<string>)[s.Signal, $"{s.Parts}", $"{s.Before:G4}", $"{s.Now:G4}", $"{s.Evidence:G3}"]));
                foreach (var alarm in drift.Alarms) await output.Result.WriteLineAsync($"{alarm.Time.ToDateTimeOffset():u} {alarm.Signal}: {alarm.Reason} {alarm.Suggestion}");
            }

            return drift.Alarms.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static double? Number(double value) => double.IsFinite(value) ? value : null;
}
