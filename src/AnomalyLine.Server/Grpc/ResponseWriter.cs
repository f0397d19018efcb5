using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Drift;
using AnomalyLine.Management.Models;
using Google.Protobuf.WellKnownTypes;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>From the line's own words to the contract.</summary>
internal static class ResponseWriter
{
    public static Wire.Inspection ToWire(this InspectionRecord record) => new()
    {
        Station = record.Station,
        Sequence = (ulong)record.Sequence,
        PartId = record.PartId,
        Verdict = record.Verdict.ToWire(),
        ReasonCode = record.ReasonCode.ToWire(),
        ReasonText = record.ReasonText,
        Score = record.Score,
        Threshold = record.Threshold,
        Regions = { record.Regions.Select(ToWire) },
        ModelVersion = record.ModelVersion,
        RecipeRevision = (uint)record.RecipeRevision,
        CaptureTime = record.CaptureTime.ToTimestamp(),
        CompletionTime = record.CompletionTime.ToTimestamp(),
        Timings = record.Timings.ToWire(),
        FrameWidth = (uint)record.FrameWidth,
        FrameHeight = (uint)record.FrameHeight,
        ProductId = record.ProductId,
        CaptureTimeUncertain = record.IsCaptureTimeUncertain,
    };

    public static Wire.StationStatus ToWire(this StationStatus station, DriftWatch drift) => new()
    {
        Name = station.Name,
        DisplayName = station.DisplayName,
        Ready = station.Ready,
        Fault = FilePaths.WithoutFolders(station.Fault),
        ModelVersion = station.Recipe?.ModelVersion ?? "",
        RecipeRevision = (uint)(station.Recipe?.Revision ?? 0),
        Threshold = station.Recipe?.JudgedThreshold ?? 0,
        LastSequence = (ulong)station.LastSequence,
        Counters = new Wire.StationCounters
        {
            Inspected = (ulong)station.Counters.Inspected,
            Ok = (ulong)station.Counters.Ok,
            NotOk = (ulong)station.Counters.NotOk,
            NotDecidable = (ulong)station.Counters.NotDecidable,
        },
        QueueLength = (uint)station.QueueLength,
        Drift = drift.Current(station.Name) is { } alarm ? $"{alarm.Reason} {alarm.Suggestion}" : "",
        Mode = station.Mode.ToWire(),
        ProductId = station.ProductId,
        NextPart = station.NextPart?.ToWire(),
        CountersSince = station.CountersSince.ToTimestamp(),
        CaptureTimeOffset = station.CaptureTimeOffset?.ToDuration(),
    };

    public static Wire.NextPart ToWire(this NextPart part) => new() { PartId = part.PartId, ProductId = part.ProductId };

    public static Wire.Recipe ToWire(this RecipeRevision revision)
    {
        var recipe = revision.Recipe.ToWire();
        recipe.Active = revision.IsActive;
        recipe.ActivationTime = revision.ActivationTime.ToTimestamp();
        return recipe;
    }

    /// <summary>A recipe that is active.</summary>
    public static Wire.Recipe ToWire(this Recipe recipe) => new()
    {
        Station = recipe.Station,
        Revision = (uint)recipe.Revision,
        ModelVersion = recipe.ModelVersion,
        Threshold = recipe.Threshold,
        PixelThreshold = recipe.PixelThreshold,
        RegionOfInterest = recipe.Area?.Region is { } r
            ? new Wire.RegionOfInterest { X = (uint)r.X, Y = (uint)r.Y, Width = (uint)r.Width, Height = (uint)r.Height }
            : null,
        LeftOut = { (recipe.Area?.LeftOut ?? []).Select(ToWire) },
        Deadline = recipe.Deadline.ToDuration(),
        ProductId = recipe.ProductId,
        RestoredFrom = (uint)recipe.RestoredFrom,
        Sensitivity = recipe.Sensitivity,
        SensitivityLimit = recipe.SensitivityLimit,
        JudgedThreshold = recipe.JudgedThreshold,
        CreatedBy = recipe.CreatedBy,
        Reason = recipe.Reason,
        Active = true,
    };

    private static Wire.AreaShape ToWire(AreaShape shape) => new()
    {
        Kind = (Wire.AreaShape.Types.Kind)(shape.Kind + 1),
        Points = { shape.Points.Select(point => (uint)point) },
        Width = (uint)shape.Width,
    };

    public static Wire.ModelVersion ToWire(this StoredModel model) => new()
    {
        Version = model.Version,
        Method = model.Manifest.Method,
        Sha256 = model.Sha256,
        Threshold = model.Manifest.Calibration.Threshold,
        FalseRejectRate = model.Manifest.Calibration.WantedFalseRejectRate,
        Certified = model.Manifest.Calibration.IsCertified,
        CreationTime = model.CreationTime.ToTimestamp(),
        SizeBytes = (ulong)model.SizeBytes,
        Label = model.Label,
        Signer = model.Signer,
    };

    private static Wire.DefectRegion ToWire(this Imaging.DefectRegion region) => new()
    {
        X = (uint)region.X,
        Y = (uint)region.Y,
        Width = (uint)region.Width,
        Height = (uint)region.Height,
        Area = region.Area,
        Peak = region.Peak,
    };

    private static Wire.Timings ToWire(this Timings timings) => new()
    {
        PrepareMs = timings.PrepareMs,
        QueueMs = timings.QueueMs,
        DetectMs = timings.DetectMs,
        JudgeMs = timings.JudgeMs,
        LogMs = timings.LogMs,
        TotalMs = timings.TotalMs,
        BatchSize = (uint)timings.BatchSize,
        DecodeMs = timings.DecodeMs,
        ForwardMs = timings.ForwardMs,
    };
}
