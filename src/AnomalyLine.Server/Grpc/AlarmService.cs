using AnomalyLine.Management.Alarms;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.Options;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>What is wrong, and who takes care of it.</summary>
internal sealed class AlarmService(AlarmList alarms, LineHost host, AnomalyLineOptions options, IHostApplicationLifetime lifetime)
    : Wire.AlarmService.AlarmServiceBase
{
    private const int DefaultPageSize = 100;

    public override async Task<Wire.ListAlarmsResponse> ListAlarms(Wire.ListAlarmsRequest request, ServerCallContext context)
    {
        var count = RequestReader.ToPageSize(request.PageSize, AlarmList.MaxPageSize, DefaultPageSize);
        var before = request.BeforeId == 0 ? long.MaxValue : RequestReader.ToLong(request.BeforeId);
        var found = request.Ended ? (await alarms.ListEndedAsync(before, count, context.CancellationToken)).OrThrow() : alarms.Open;
        return new Wire.ListAlarmsResponse { Alarms = { found.Select(ToWire) } };
    }

    public override async Task WatchAlarms(Wire.WatchAlarmsRequest request, IServerStreamWriter<Wire.WatchAlarmsResponse> responseStream, ServerCallContext context)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        while (true)
        {
            var changed = alarms.Changed;
            await responseStream.WriteAsync(new Wire.WatchAlarmsResponse { Alarms = { alarms.Open.Select(ToWire) } }, context.CancellationToken);
            await changed.WaitAsync(ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (lifetime.ApplicationStopping.IsCancellationRequested) throw LineErrors.Failure(StatusCode.Unavailable, "stopping", "The server is stopping; connect again.");
            context.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    public override async Task<Wire.AcknowledgeAlarmResponse> AcknowledgeAlarm(Wire.AcknowledgeAlarmRequest request, ServerCallContext context) => new()
    {
        Alarm = ToWire((await alarms.AcknowledgeAsync(RequestReader.ToLong(request.Id), request.Note, context.ToCaller(), context.CancellationToken)).OrThrow()),
    };

    public override async Task<Wire.ShelveAlarmResponse> ShelveAlarm(Wire.ShelveAlarmRequest request, ServerCallContext context)
    {
        if (request.Period is { } period && !RequestReader.IsValid(period)) throw LineErrors.InvalidArgument("period", "is not a valid duration; send 0..7 d.");
        var shelved = await alarms.ShelveAsync(
            RequestReader.ToLong(request.Id), request.Period?.ToTimeSpan() ?? TimeSpan.Zero, request.Note, context.ToCaller(), context.CancellationToken);
        return new Wire.ShelveAlarmResponse { Alarm = ToWire(shelved.OrThrow()) };
    }

    public override Task<Wire.GetAlarmSettingsResponse> GetAlarmSettings(Wire.GetAlarmSettingsRequest request, ServerCallContext context)
    {
        host.Line.GetStation(request.Station).OrThrow();
        var own = alarms.SilentAfter(request.Station);
        return Task.FromResult(new Wire.GetAlarmSettingsResponse
        {
            Settings = ToWire(new AlarmSettings { Station = request.Station, SilentAfter = own }),
            SilentAfter = (own ?? options.Alarms.CameraSilentAfter).ToDuration(),
        });
    }

    public override async Task<Wire.SetAlarmSettingsResponse> SetAlarmSettings(Wire.SetAlarmSettingsRequest request, ServerCallContext context)
    {
        if (request.Settings is not { } settings) throw LineErrors.InvalidArgument("settings", "is missing; say when the station raises alarms.");
        if (settings.SilentAfter is { } silence && !RequestReader.IsValid(silence))
            throw LineErrors.InvalidArgument("settings.silent_after", "is not a valid duration; send 0, or 5 s..7 d.");
        host.Line.GetStation(settings.Station).OrThrow();
        var kept = await alarms.SetSettingsAsync(
            new AlarmSettings { Station = settings.Station, SilentAfter = settings.SilentAfter?.ToTimeSpan() }, context.ToCaller(), context.CancellationToken);
        return new Wire.SetAlarmSettingsResponse { Settings = ToWire(kept.OrThrow()) };
    }

    private static Wire.AlarmSettings ToWire(AlarmSettings settings) => new() { Station = settings.Station, SilentAfter = settings.SilentAfter?.ToDuration() };

    private static Wire.Alarm ToWire(Alarm alarm) => new()
    {
        Id = (ulong)alarm.Id,
        Kind = alarm.Kind.ToWire(),
        Station = alarm.Station,
        Severity = alarm.Severity.ToWire(),
        Message = alarm.Message,
        Active = alarm.IsActive,
        FirstTime = alarm.FirstTime.ToTimestamp(),
        RaiseTime = alarm.RaiseTime.ToTimestamp(),
        ClearTime = alarm.ClearTime?.ToTimestamp(),
        Count = (uint)alarm.Count,
        AcknowledgeTime = alarm.AcknowledgeTime?.ToTimestamp(),
        AcknowledgedBy = alarm.AcknowledgedBy,
        Note = alarm.Note,
        ShelvedUntil = alarm.ShelvedUntil?.ToTimestamp(),
        ShelvedBy = alarm.ShelvedBy,
        EndTime = alarm.EndTime?.ToTimestamp(),
    };
}
