using AnomalyLine.Inspection;
using AnomalyLine.Management.Drift;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Schedules;
using AnomalyLine.Management.Shadow;
using AnomalyLine.Management.Training;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>Jobs and model versions to and from the contract.</summary>
internal static class JobWire
{
    public static TrainingJob ToJob(this Wire.TrainingOrder order)
    {
        if (order.ApprovedSince is { } since && !RequestReader.IsValid(since)) throw LineErrors.InvalidArgument("order.approved_since", "is outside 0001-01-01..9999-12-31; send UTC time or leave it out.");
        return new TrainingJob
        {
            Station = order.Station,
            ProductId = order.ProductId,
            Method = order.Method,
            Preset = order.Preset.Length == 0 ? "balanced" : order.Preset,
            Options = ToOptions(order),
            WarmStart = order.WarmStart,
            ApprovedSince = order.ApprovedSince?.ToDateTimeOffset(),
            BaseData = order.BaseData,
            Seed = order.HasSeed ? order.Seed : 1,
            FalseRejectRate = order.HasFalseRejectRate ? order.FalseRejectRate : 0.01,
            MaxMinutes = order.HasMaxMinutes ? order.MaxMinutes : null,
            Threads = RequestReader.ToInt(order.Threads),
        };
    }

    private static string ToOptions(Wire.TrainingOrder order)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var option in order.Options)
        {
            if (option.Name.Length == 0) throw LineErrors.InvalidArgument("order.options", "one has no name; send the name of an option of the method.");
            if (!options.TryAdd(option.Name, option.Value)) throw LineErrors.InvalidArgument("order.options", $"'{option.Name}' is there twice; send each option once.");
        }

        return JobOptions.Write(options);
    }

    public static Wire.TrainingJob ToWire(this TrainingJob job)
    {
        var order = new Wire.TrainingOrder
        {
            Station = job.Station,
            ProductId = job.ProductId,
            Method = job.Method,
            Preset = job.Preset,
            WarmStart = job.WarmStart,
            ApprovedSince = job.ApprovedSince?.ToTimestamp(),
            BaseData = job.BaseData,
            Seed = job.Seed,
            FalseRejectRate = job.FalseRejectRate,
            Threads = (uint)job.Threads,
        };
        if (job.MaxMinutes is { } minutes) order.MaxMinutes = minutes;
        order.Options.Add(JobOptions.Read(job.Options).Select(option => new Wire.TrainingOption { Name = option.Key, Value = option.Value }));
        var wire = new Wire.TrainingJob
        {
            Id = (ulong)job.Id,
            Order = order,
            State = job.State.ToWire(),
            CreatedBy = job.CreatedBy,
            CreationTime = job.CreationTime.ToTimestamp(),
            StartTime = job.StartTime?.ToTimestamp(),
            EndTime = job.EndTime?.ToTimestamp(),
            Attempts = (uint)job.Attempts,
            Epoch = (uint)job.Epoch,
            Epochs = (uint)job.Epochs,
            Done = job.Done,
            LeftSeconds = job.LeftSeconds,
            Message = FilePaths.WithoutFolders(job.Message),
            ModelVersion = job.ModelVersion,
        };
        if (job.Loss is { } loss) wire.Loss = loss;
        return wire;
    }

    public static TrainingSchedule ToSchedule(this Wire.TrainingSchedule schedule) => new()
    {
        Station = schedule.Station,
        Enabled = schedule.Enabled,
        MinuteOfDay = schedule.HasMinuteOfDay ? RequestReader.ToInt(schedule.MinuteOfDay) : null,
        Weekdays = schedule.Weekdays == 0 ? 127 : RequestReader.ToInt(schedule.Weekdays),
        AfterApproved = schedule.HasAfterApproved ? RequestReader.ToInt(schedule.AfterApproved) : null,
        Method = schedule.Method,
        Preset = schedule.Preset.Length == 0 ? "balanced" : schedule.Preset,
        BaseData = schedule.BaseData,
        MaxMinutes = schedule.HasMaxMinutes ? schedule.MaxMinutes : null,
    };

    public static Wire.TrainingSchedule ToWire(this TrainingSchedule schedule)
    {
        var wire = new Wire.TrainingSchedule
        {
            Station = schedule.Station,
            Enabled = schedule.Enabled,
            Weekdays = (uint)schedule.Weekdays,
            Method = schedule.Method,
            Preset = schedule.Preset,
            BaseData = schedule.BaseData,
            CreatedBy = schedule.CreatedBy,
            LastTime = schedule.LastTime.ToTimestamp(),
            LastJob = (ulong)schedule.LastJob,
        };
        if (schedule.MinuteOfDay is { } minute) wire.MinuteOfDay = (uint)minute;
        if (schedule.AfterApproved is { } number) wire.AfterApproved = (uint)number;
        if (schedule.MaxMinutes is { } minutes) wire.MaxMinutes = minutes;
        return wire;
    }

    public static Wire.StationModel ToWire(this ModelVersion version)
    {
        var wire = new Wire.StationModel
        {
            Station = version.Station,
            Number = (uint)version.Number,
            Version = version.Version,
            Stage = version.Stage.ToWire(),
            Parent = version.Parent,
            DataDigest = version.DataDigest,
            JobId = (ulong)version.JobId,
            CreatedBy = version.CreatedBy,
            CreationTime = version.CreationTime.ToTimestamp(),
            GateAgainst = version.Gate?.Against ?? "",
            GateSummary = version.Gate?.Summary ?? "",
            OverrideReason = version.OverrideReason,
            Origin = version.Origin.ToString().ToLowerInvariant(),
            ProductId = version.ProductId,
        };
        if (version.Gate is { } gate) wire.GatePasses = gate.Passes;
        return wire;
    }

    public static Wire.GetShadowResponse ToWire(this ShadowReport report) => new()
    {
        Version = report.Version,
        Threshold = report.Threshold,
        ActiveVersion = report.ActiveVersion,
        Judged = (ulong)report.Judged,
        Agreed = (ulong)report.Agreed,
        Skipped = (ulong)report.Skipped,
        Fault = report.Fault,
        Disagreements =
        {
            report.Disagreements.Select(d => new Wire.ShadowDisagreement
            {
                Sequence = (ulong)d.Sequence, PartId = d.PartId, ActiveScore = d.ActiveScore, ActiveThreshold = d.ActiveThreshold, ShadowScore = d.ShadowScore,
                Time = d.Time.ToTimestamp(), Picture = UnsafeByteOperations.UnsafeWrap(d.Picture),
            }),
        },
    };

    public static Wire.DriftAlarm ToWire(this DriftAlarm alarm) => new()
    {
        Signal = alarm.Signal.ToString(),
        Rises = alarm.Rises,
        Before = alarm.Before,
        Now = alarm.Now,
        Parts = (ulong)alarm.Parts,
        Time = alarm.Time.ToTimestamp(),
        Reason = alarm.Reason,
        Suggestion = alarm.Suggestion,
    };

    public static Wire.DriftSignalState ToWire(this DriftState state) => new()
    {
        Signal = state.Signal.ToString(),
        Parts = (ulong)state.Parts,
        Evidence = state.Evidence,
        Before = state.Before,
        Now = state.Now,
    };
}
