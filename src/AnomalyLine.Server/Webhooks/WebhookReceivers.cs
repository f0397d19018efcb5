using AnomalyLine.Management.Alarms;
using AnomalyLine.Server.Forwarding;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Webhooks;

/// <summary>Rejects and alarms as webhooks, by a receiver for each that is configured.</summary>
internal sealed class WebhookReceivers(
    AnomalyLineOptions options, AlarmList alarms, TimeProvider time, ILogger<WebhookReceivers> logger) : IReceivers, IDisposable
{
    private readonly List<WebhookSender> _senders = [];

    public IEnumerable<(string File, Func<LogCursors, IReceiver> Create)> List() => options.Webhooks.Select(webhook =>
        ($"webhook-{webhook.Key}.json", (Func<LogCursors, IReceiver>)(cursors => Create(webhook.Key, webhook.Value, cursors))));

    public void Dispose() => _senders.ForEach(sender => sender.Dispose());

    private WebhookReceiver Create(string name, WebhookOptions webhook, LogCursors cursors)
    {
        var sender = new WebhookSender(webhook, time);
        _senders.Add(sender);
        return new(name, webhook, sender, alarms, cursors, time, logger);
    }
}
