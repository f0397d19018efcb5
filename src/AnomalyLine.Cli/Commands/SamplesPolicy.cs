using System.CommandLine;
using AnomalyLine.Contracts.V1;
using Google.Protobuf.WellKnownTypes;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline samples policy`: which frames of a station are kept.</summary>
internal static class SamplesPolicy
{
    public static Command Create(Output output)
    {
        var station = new Option<string>("--station") { Description = "Name of the station.", Required = true, HelpName = "NAME" };
        var enabled = new Option<bool?>("--enabled") { Description = "Whether frames are kept at all.", HelpName = "true|false" };
        var every = new Option<uint?>("--every") { Description = "Keep one of so many Ok; 0 for none.", HelpName = "N" };
        var notOk = new Option<bool?>("--not-ok") { Description = "Whether every NotOk is kept.", HelpName = "true|false" };
        var interval = new Option<double?>("--interval-seconds") { Description = "Keep of each such time the Ok nearest to the threshold; 0 for none.", HelpName = "S" };
        var samples = new Option<uint?>("--max-samples") { Description = "Quota in samples.", HelpName = "N" };
        var bytes = new Option<ulong?>("--max-bytes") { Description = "Quota in bytes.", HelpName = "N" };
        var days = new Option<uint?>("--max-age-days") { Description = "Days after which samples go that are not approved.", HelpName = "N" };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("policy", "Show which frames of a station are kept; with values, change these and leave the others.") { station, enabled, every, notOk, interval, samples, bytes, days, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var client = new SampleService.SampleServiceClient(channel);
            var now = await client.GetCollectionAsync(new GetCollectionRequest { Station = parsed.GetRequiredValue(station) }, cancellationToken: cancel);
            var policy = now.Policy.Clone();
            if (parsed.GetValue(enabled) is { } on) policy.Enabled = on;
            if (parsed.GetValue(every) is { } n) policy.EveryNthOk = n;
            if (parsed.GetValue(notOk) is { } rejects) policy.AllNotOk = rejects;
            if (parsed.GetValue(interval) is { } seconds) policy.Interval = Duration.FromTimeSpan(TimeSpan.FromSeconds(seconds));
            if (parsed.GetValue(samples) is { } most) policy.MaxSamples = most;
            if (parsed.GetValue(bytes) is { } size) policy.MaxBytes = size;
            if (parsed.GetValue(days) is { } age) policy.MaxAgeDays = age;
            if (!policy.Equals(now.Policy)) policy = (await client.SetCollectionAsync(new SetCollectionRequest { Policy = policy }, cancellationToken: cancel)).Policy;
            if (parsed.GetValue(json)) output.WriteJson(Describe(policy, now));
            else TextTable.Write(output.Result, ["VALUE", ""], Rows(policy, now));
            return ExitCode.Done;
        });
        return command;
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(CollectionPolicy policy, GetCollectionResponse state) =>
    [
        ["enabled", $"{policy.Enabled}"], ["one of so many Ok", $"{policy.EveryNthOk}"], ["every NotOk", $"{policy.AllNotOk}"], ["interval", $"{policy.Interval?.ToTimeSpan().TotalSeconds} s"],
        ["most samples", $"{policy.MaxSamples}"], ["most bytes", $"{policy.MaxBytes}"], ["days", $"{policy.MaxAgeDays}"],
        ["samples now", $"{state.Samples}"], ["frames dropped", $"{state.Dropped}"], ["fault", state.Fault],
    ];

    private static object Describe(CollectionPolicy policy, GetCollectionResponse state) => new
    {
        station = policy.Station,
        enabled = policy.Enabled,
        everyNthOk = policy.EveryNthOk,
        allNotOk = policy.AllNotOk,
        intervalSeconds = policy.Interval?.ToTimeSpan().TotalSeconds,
        maxSamples = policy.MaxSamples,
        maxBytes = policy.MaxBytes,
        maxAgeDays = policy.MaxAgeDays,
        samples = state.Samples,
        dropped = state.Dropped,
        fault = state.Fault,
    };
}
