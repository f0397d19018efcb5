using System.Buffers;
using System.Security.Authentication;
using AnomalyLine.Inspection;
using AnomalyLine.Server.Forwarding;
using AnomalyLine.Server.Options;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace AnomalyLine.Server.Mqtt;

/// <summary>A broker, spoken to in one dialect.</summary>
internal sealed partial class MqttReceiver(MqttOptions options, IMqttDialect dialect, Line line, TimeProvider time, ILogger logger) : IReceiver
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public string Name => $"mqtt-{dialect.Name}";

    public Backoff Backoff { get; } = new(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(15));

    public async Task<IDelivery> OpenAsync(CancellationToken stopping)
    {
        var connection = new Connection(dialect, line, time, logger);
        try
        {
            await connection.OpenAsync(ClientOptions(), stopping);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        Connected(logger, dialect.Name, options.Host!, options.UsedPort);
        Backoff.Reset();
        return connection;
    }

    public void Failed(string reason) => Lost(logger, dialect.Name, options.Host!, options.UsedPort, reason);

    private MqttClientOptions ClientOptions()
    {
        var will = dialect.Will();
        var builder = new MqttClientOptionsBuilder()
            .WithTcpServer(options.Host, options.UsedPort).WithProtocolVersion(MqttProtocolVersion.V311).WithClientId($"{options.Name}-{dialect.Name}")
            .WithCleanSession().WithKeepAlivePeriod(s_patience).WithTimeout(s_patience)
            .WithWillTopic(will.Topic).WithWillPayload(will.Payload.ToArray())
            .WithWillQualityOfServiceLevel(will.QualityOfServiceLevel).WithWillRetain(will.Retain);
        if (options.User is { } user) builder.WithCredentials(user, options.ReadPassword());
        if (options.Tls)
        {
            builder.WithTlsOptions(tls =>
            {
                tls.UseTls().WithSslProtocols(SslProtocols.Tls12 | SslProtocols.Tls13);
                if (options.Authority is { } authority) tls.WithTrustChain(PemFiles.Certificates(authority));
            });
        }

        return builder.Build();
    }

    private sealed class Connection(IMqttDialect dialect, Line line, TimeProvider time, ILogger logger) : IDelivery
    {
        private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
        private DateTimeOffset _since;
        private volatile bool _birthIsAskedFor;

        public async Task OpenAsync(MqttClientOptions options, CancellationToken stopping)
        {
            _client.ApplicationMessageReceivedAsync += received =>
            {
                if (dialect.AsksForBirth(received.ApplicationMessage)) _birthIsAskedFor = true;
                return Task.CompletedTask;
            };
            var connected = await _client.ConnectAsync(options, stopping);
            if (connected.ResultCode != MqttClientConnectResultCode.Success)
                throw new IOException($"the broker refused the connection: {connected.ResultCode}");
            if (dialect.CommandTopic is { } topic) await _client.SubscribeAsync(topic, MqttQualityOfServiceLevel.AtLeastOnce, stopping);
            _since = time.GetUtcNow();
            await PublishAsync(dialect.Birth(line.Stations), stopping);
        }

        public async Task DeliverAsync(IReadOnlyList<InspectionRecord> records, Action<InspectionRecord> taken, CancellationToken stopping)
        {
            await PublishAsync(dialect.States(line.Stations), stopping);
            var sent = new List<Task>();
            foreach (var record in records)
            {
                var message = dialect.Part(record, record.CompletionTime < _since);
                var publishing = PublishAsync(message, stopping);
                if (message.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce) await publishing;
                else sent.Add(publishing);
            }

            await Task.WhenAll(sent);

            // The answer comes behind everything that was sent before, also where messages have no answer of their own.
            await _client.PingAsync(stopping).WaitAsync(s_patience, time, stopping);
            foreach (var record in records) taken(record);
        }

        public async Task IdleAsync(CancellationToken stopping)
        {
            if (!_client.IsConnected) throw new IOException("the connection broke");
            if (_birthIsAskedFor)
            {
                _birthIsAskedFor = false;
                await PublishAsync(dialect.Birth(line.Stations), stopping);
            }

            await PublishAsync(dialect.States(line.Stations), stopping);
        }

        public async Task LeaveAsync()
        {
            if (!_client.IsConnected) return;
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), time);
            try
            {
                await _client.PublishAsync(dialect.Death(), patience.Token);
                await _client.DisconnectAsync(new MqttClientDisconnectOptions(), patience.Token);
            }
            catch (Exception failure)
            {
                // The broker then publishes the will, which says the same.
                Left(logger, dialect.Name, failure.Message);
            }
        }

        public ValueTask DisposeAsync()
        {
            _client.Dispose();
            return ValueTask.CompletedTask;
        }

        private async Task PublishAsync(IEnumerable<MqttApplicationMessage> messages, CancellationToken stopping)
        {
            foreach (var message in messages) await PublishAsync(message, stopping);
        }

        private async Task PublishAsync(MqttApplicationMessage message, CancellationToken stopping)
        {
            var result = await _client.PublishAsync(message, stopping).WaitAsync(s_patience, time, stopping);
            if (!result.IsSuccess) throw new IOException($"the broker refused {message.Topic}: {result.ReasonCode}");
        }
    }

    [LoggerMessage(720, LogLevel.Information, "MQTT ({Dialect}): connected to {Host}:{Port}")]
    private static partial void Connected(ILogger logger, string dialect, string host, int port);

    [LoggerMessage(
        721, LogLevel.Warning,
        "MQTT ({Dialect}): {Host}:{Port} cannot be published to ({Reason}); tried again until it can, and nothing is left out meanwhile that the log keeps")]
    private static partial void Lost(ILogger logger, string dialect, string host, int port, string reason);

    [LoggerMessage(722, LogLevel.Debug, "MQTT ({Dialect}): left without a good-bye ({Reason})")]
    private static partial void Left(ILogger logger, string dialect, string reason);
}
