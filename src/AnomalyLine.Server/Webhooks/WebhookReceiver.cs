using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Alarms;
using AnomalyLine.Server.Forwarding;
using AnomalyLine.Server.Grpc;
using AnomalyLine.Server.Options;
using Google.Protobuf;

namespace AnomalyLine.Server.Webhooks;

/// <summary>
/// Tells one receiver of rejects and alarms, an event at a time. What it was told of alarms is kept beside the place in the log, so that it hears how
/// each alarm stands now, whatever happened while it was away.
/// </summary>
internal sealed partial class WebhookReceiver(
    string name, WebhookOptions options, WebhookSender sender, AlarmList alarms, LogCursors cursors, TimeProvider time, ILogger logger)
    : IReceiver, IDelivery
{
    private static readonly JsonFormatter s_json = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    public string Name => $"webhook-{name}";

    public Backoff Backoff { get; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));

    public Task<IDelivery> OpenAsync(CancellationToken stopping) => Task.FromResult<IDelivery>(this);

    public void Failed(string reason) => Refused(logger, name, options.Url, reason);

    public async Task DeliverAsync(IReadOnlyList<InspectionRecord> records, Action<InspectionRecord> taken, CancellationToken stopping)
    {
        await TellAlarmsAsync(stopping);
        foreach (var record in records)
        {
            if (options.Rejects && record.Verdict != Verdict.Ok) await TellAsync(record, stopping);
            taken(record);
        }
    }

    public Task IdleAsync(CancellationToken stopping) => TellAlarmsAsync(stopping);

    public Task LeaveAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task TellAsync(InspectionRecord record, CancellationToken stopping)
    {
        var data = JsonNode.Parse(s_json.Format(record.ToWire()))!;
        return SendAsync($"{record.Station}/{record.Sequence}", "inspection.rejected", record.CompletionTime, data, stopping);
    }

    /// <summary>Tells of each alarm that is not what the receiver was told last.</summary>
    private async Task TellAlarmsAsync(CancellationToken stopping)
    {
        if (!options.Alarms || !alarms.IsKnown) return;
        var now = time.GetUtcNow();
        var current = alarms.Open.Where(alarm => alarm.IsActive && !alarm.IsShelved(now)).ToDictionary(alarm => (alarm.Station, Alarm: alarm.Kind.ToString()));
        var told = cursors.Notes.Keys.Select(Parse);
        foreach (var (station, alarm) in current.Keys.Union(told).ToList())
        {
            var key = $"{alarm}:{station}";
            var before = Told.Parse(cursors.Notes.GetValueOrDefault(key));
            var active = current.GetValueOrDefault((station, alarm));
            var message = active?.Message ?? "";
            if (message == before.Message) continue;
            var next = new Told(before.Number + 1, message);
            var isRaised = message.Length > 0;
            var data = new JsonObject
            {
                ["station"] = station,
                ["alarm"] = alarm,
                ["message"] = isRaised ? message : before.Message,
                ["severity"] = active?.Severity.ToString() ?? "",
            };
            await SendAsync($"{key}/{next.Number}", isRaised ? "alarm.raised" : "alarm.cleared", time.GetUtcNow(), data, stopping);
            cursors.Note(key, next.ToString());
        }

        static (string Station, string Alarm) Parse(string key)
        {
            var end = key.IndexOf(':', StringComparison.Ordinal);
            return (key[(end + 1)..], key[..end]);
        }
    }

    /// <summary>Sends an event; its id is the same however often it is sent.</summary>
    private async Task SendAsync(string what, string type, DateTimeOffset at, JsonNode data, CancellationToken stopping)
    {
        var id = "msg_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{cursors.Log}/{what}")))[..32];
        var body = new JsonObject
        {
            ["type"] = type,
            ["timestamp"] = at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            ["data"] = data,
        };
        if (await sender.SendAsync(id, body.ToJsonString(), stopping) is { } pause)
        {
            Backoff.Ask(pause.Asked);
            throw new IOException(pause.Reason);
        }

        Backoff.Reset();
    }

    [LoggerMessage(
        723, LogLevel.Warning,
        "Webhook {Name}: {Url} does not take events ({Reason}); tried again until it does, and nothing is left out meanwhile that the log keeps")]
    private static partial void Refused(ILogger logger, string name, string url, string reason);

    /// <summary>What a receiver was told of an alarm: the number of the event, and why it was active; empty where it was not.</summary>
    private readonly record struct Told(int Number, string Message)
    {
        public static Told Parse(string? note) =>
            note?.Split(' ', 2) is [var number, var message] ? new(int.Parse(number, CultureInfo.InvariantCulture), message) : new(0, "");

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number} {Message}");
    }
}
