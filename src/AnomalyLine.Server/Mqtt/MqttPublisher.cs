using System.Buffers;
using System.Security.Authentication;
using AnomalyLine.Inspection;
using AnomalyLine.Server.Options;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace AnomalyLine.Server.Mqtt;

/// <summary>
/// One connection to the broker, made again for ever. It follows the log from what the broker has, so that an outage of broker, network or server
/// leaves no gap; after one, parts around it may come twice, which their sequences show.
/// </summary>
internal sealed partial class MqttPublisher(MqttOptions options, IMqttDialect dialect, Line line, MqttCursors cursors, TimeProvider time, ILogger logger)
{
    private const int MaxBatch = 200;
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private volatile bool _birthIsAskedFor;

    /// <summary>Publishes until the server stops; throws nothing for what goes wrong on the way.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var pause = s_firstPause;
        string? told = null;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                using var client = new MqttClientFactory().CreateMqttClient();
                await ConnectAsync(client, stopping);
                Connected(logger, dialect.Name, options.Host!, options.UsedPort);
                (pause, told) = (s_firstPause, null);
                await FollowAsync(client, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception failure)
            {
                // Told once, until it is another one: a broker may be away for days.
                if (told != failure.Message) Lost(logger, dialect.Name, options.Host!, options.UsedPort, failure.Message);
                told = failure.Message;
            }
            finally
            {
                cursors.Save();
            }

            await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, s_longestPause.Ticks));
        }
    }

    private async Task ConnectAsync(IMqttClient client, CancellationToken stopping)
    {
        var will = dialect.Will();
        var builder = new MqttClientOptionsBuilder()
            .WithTcpServer(options.Host, options.UsedPort).WithProtocolVersion(MqttProtocolVersion.V311).WithClientId($"{options.Name}-{dialect.Name}")
            .WithCleanSession().WithKeepAlivePeriod(s_patience).WithTimeout(s_patience)
            .WithWillTopic(will.Topic).WithWillPayload(will.Payload.ToArray()).WithWillQualityOfServiceLevel(will.QualityOfServiceLevel).WithWillRetain(will.Retain);
        if (options.User is { } user) builder.WithCredentials(user, options.ReadPassword());
        if (options.Tls)
        {
            builder.WithTlsOptions(tls =>
            {
                tls.UseTls().WithSslProtocols(SslProtocols.Tls12 | SslProtocols.Tls13);
                if (options.LoadAuthority() is { } authority) tls.WithTrustChain(authority);
            });
        }

        client.ApplicationMessageReceivedAsync += received =>
        {
            if (dialect.AsksForBirth(received.ApplicationMessage)) _birthIsAskedFor = true;
            return Task.CompletedTask;
        };
        var connected = await client.ConnectAsync(builder.Build(), stopping);
        if (connected.ResultCode != MqttClientConnectResultCode.Success) throw new IOException($"the broker refused the connection: {connected.ResultCode}");
        if (dialect.CommandTopic is { } topic) await client.SubscribeAsync(topic, MqttQualityOfServiceLevel.AtLeastOnce, stopping);
    }

    private async Task FollowAsync(IMqttClient client, CancellationToken stopping)
    {
        var since = time.GetUtcNow();
        _birthIsAskedFor = false;
        foreach (var message in dialect.Birth(line.Stations)) await PublishAsync(client, message, stopping);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await using var records = Watch().GetAsyncEnumerator(end.Token);
        var batch = new List<InspectionRecord>();
        var next = records.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                if (!next.IsCompleted || batch.Count >= MaxBatch) await FlushAsync(client, batch, since, stopping);
                if (!next.IsCompleted) await IdleAsync(client, next, stopping);
                else if (!await next) break;
                else
                {
                    batch.Add(records.Current);
                    next = records.MoveNextAsync().AsTask();
                }
            }

            await FlushAsync(client, batch, since, stopping);
        }
        finally
        {
            // An enumerator is not disposed while it moves.
            await end.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested && client.IsConnected) await LeaveAsync(client);
        }
    }

    /// <summary>Waits for the next inspection, telling meanwhile what changes.</summary>
    private async Task IdleAsync(IMqttClient client, Task next, CancellationToken stopping)
    {
        await Task.WhenAny(next, Task.Delay(s_tick, time, stopping));
        stopping.ThrowIfCancellationRequested();
        if (!client.IsConnected) throw new IOException("the connection broke");
        cursors.Save();
        if (_birthIsAskedFor)
        {
            _birthIsAskedFor = false;
            foreach (var message in dialect.Birth(line.Stations)) await PublishAsync(client, message, stopping);
        }

        foreach (var message in dialect.States(line.Stations)) await PublishAsync(client, message, stopping);
    }

    /// <summary>Publishes parts in order and waits until the broker has them all.</summary>
    private async Task FlushAsync(IMqttClient client, List<InspectionRecord> batch, DateTimeOffset since, CancellationToken stopping)
    {
        if (batch.Count == 0) return;
        foreach (var message in dialect.States(line.Stations)) await PublishAsync(client, message, stopping);
        var sent = new List<Task>();
        foreach (var record in batch)
        {
            var message = dialect.Part(record, record.CompletionTime < since);
            var publishing = PublishAsync(client, message, stopping);
            if (message.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce) await publishing;
            else sent.Add(publishing);
        }

        await Task.WhenAll(sent);

        // The answer comes behind everything that was sent before, also where messages have no answer of their own.
        await client.PingAsync(stopping).WaitAsync(s_patience, time, stopping);
        foreach (var record in batch) cursors.Advance(record.Station, record.Sequence);
        batch.Clear();
    }

    private async Task PublishAsync(IMqttClient client, MqttApplicationMessage message, CancellationToken stopping)
    {
        var result = await client.PublishAsync(message, stopping).WaitAsync(s_patience, time, stopping);
        if (!result.IsSuccess) throw new IOException($"the broker refused {message.Topic}: {result.ReasonCode}");
    }

    /// <summary>From what the broker has; a station whose log is shorter than that is followed anew.</summary>
    private IAsyncEnumerable<InspectionRecord> Watch()
    {
        var last = line.Stations.ToDictionary(station => station.Name, station => station.LastSequence, StringComparer.Ordinal);
        foreach (var (station, sequence) in cursors.Sequences.ToList())
        {
            if (!last.TryGetValue(station, out var newest) || newest < sequence) cursors.Forget(station);
        }

        var watched = line.Feed.Watch(new WatchRequest { Cursors = cursors.Sequences.ToDictionary(StringComparer.Ordinal), Tail = WatchRequest.MaxTail });
        return watched.TryGet(out var records, out var error) ? records : throw new IOException(error.Message);
    }

    private async Task LeaveAsync(IMqttClient client)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), time);
        try
        {
            await client.PublishAsync(dialect.Death(), patience.Token);
            await client.DisconnectAsync(new MqttClientDisconnectOptions(), patience.Token);
        }
        catch (Exception failure)
        {
            // The broker then publishes the will, which says the same.
            Left(logger, dialect.Name, failure.Message);
        }
    }

    [LoggerMessage(720, LogLevel.Information, "MQTT ({Dialect}): connected to {Host}:{Port}")]
    private static partial void Connected(ILogger logger, string dialect, string host, int port);

    [LoggerMessage(721, LogLevel.Warning, "MQTT ({Dialect}): {Host}:{Port} cannot be published to ({Reason}); tried again until it can, and nothing is left out meanwhile that the log keeps")]
    private static partial void Lost(ILogger logger, string dialect, string host, int port, string reason);

    [LoggerMessage(722, LogLevel.Debug, "MQTT ({Dialect}): left without a good-bye ({Reason})")]
    private static partial void Left(ILogger logger, string dialect, string reason);
}
