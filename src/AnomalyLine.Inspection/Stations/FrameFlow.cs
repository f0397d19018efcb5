using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Decoding;
using AnomalyLine.Inspection.Batching;
using AnomalyLine.Inspection.Storage;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Inspection.Stations;

/// <summary>A frame's way: snapshot of the recipe, place in the model's queue, preparation, decision, verdict, log.</summary>
internal sealed class FrameFlow
{
    private readonly ConcurrentDictionary<string, Station> _stations;
    private readonly LogWriter _writer;
    private readonly LineOptions _options;
    private readonly TimeProvider _time;
    private readonly LineMetrics _metrics;
    private readonly ILogger _logger;
    private readonly IFileDecoder? _decoder;
    private readonly FairWork<FrameWork> _preparation;
    private readonly Action<ClipPlace, ClipHistory> _judgeClip;
    private readonly FlightGate _flights = new();

    public FrameFlow(
        ConcurrentDictionary<string, Station> stations, LogWriter writer, LineOptions options, TimeProvider time, LineMetrics metrics, ILogger logger,
        IFileDecoder? decoder)
    {
        (_stations, _writer, _options, _time, _metrics, _logger, _decoder) = (stations, writer, options, time, metrics, logger, decoder);

        // Where there is one core, two threads share it, so that a frame that is long to decode does not hold up those of other stations.
        var threads = Math.Max(2, Environment.ProcessorCount);
        _preparation = new FairWork<FrameWork>(threads, (threads + 1) / 2, Prepare);
        _judgeClip = JudgeClip;
    }

    public async Task<Outcome<InspectionRecord>> InspectAsync(InspectionRequest request, CancellationToken cancellation)
    {
        var arrival = request.Arrival ?? _time.GetTimestamp();
        if (!_stations.TryGetValue(request.Station, out var station)) return LineErrors.StationNotFound(request.Station);
        request = station.Identify(request);
        if (request.Frame is { } sent && IsUncertain(station, sent.CaptureTime)) request = request with { IsCaptureTimeUncertain = true };
        if (!_flights.TryEnter())
        {
            return await RefuseAsync(station, request, station.Setup.Recipes.GetValueOrDefault(request.ProductId)?.Recipe, ReasonCode.Stopping, "The server is stopping; send the frame again when it runs.", arrival);
        }

        try
        {
            return await AcceptAsync(station, request, arrival, cancellation);
        }
        finally
        {
            _flights.Exit();
        }
    }

    /// <summary>Accepts no further frames; done when all accepted ones are answered.</summary>
    public Task StopAsync() => _flights.CloseAsync();

    private Task<Outcome<InspectionRecord>> AcceptAsync(Station station, InspectionRequest request, long arrival, CancellationToken cancellation)
    {
        while (true)
        {
            var setup = station.Setup;
            var active = setup.Recipes.GetValueOrDefault(request.ProductId);
            var recipe = active?.Recipe;
            if (setup.Mode == StationMode.Stopped)
            {
                return RefuseAsync(station, request, recipe, ReasonCode.StationStopped, $"Station {station.Name} is stopped; start it to judge.", arrival);
            }

            if (request.Check() is { } error) return RefuseAsync(station, request, recipe, request.FrameErrorCode, error, arrival);
            if (active is null) return RefuseAsync(station, request, null, ReasonCode.NoRecipe, LineErrors.NoRecipe(station.Name, request.ProductId).Message, arrival);
            if (active.Worker is not { } worker) return RefuseAsync(station, request, recipe, ReasonCode.ModelFailed, active.LoadFault, arrival);
            switch (worker.Reserve(station.Name))
            {
                case Admission.Reserved:
                    return JudgeAsync(station, request, active.Recipe, worker, arrival, cancellation);
                case Admission.Full:
                    var text = $"{_options.QueueCapacity} frames of the station wait for model {worker.Version}, which is the limit; "
                        + "lower the frame rate or use a faster model.";
                    return RefuseAsync(station, request, recipe, ReasonCode.Overloaded, text, arrival);
                default:
                    // Retired since the snapshot, which only happens after two further activations: the station has another one now.
                    continue;
            }
        }
    }

    private async Task<Outcome<InspectionRecord>> JudgeAsync(
        Station station, InspectionRequest request, Recipe recipe, ModelWorker worker, long arrival, CancellationToken cancellation)
    {
        var deadline = request.Deadline ?? recipe.Deadline;
        using var pending = new PendingInspection(request.Frame!, recipe, deadline, _options.AnswerMargin, arrival, _time);
        await using var withdrawal = cancellation.UnsafeRegister(static pending => ((PendingInspection)pending!).Withdraw(), pending);

        // Beside the wait, so that the deadline can answer while the frame is still being decoded.
        // Entered where frames still are in the order in which they came.
        if (worker.Input.Frames == 1) station.Clips.Break("the frame before was judged by a model that takes no clips");
        var place = worker.Input.Frames == 1 ? null : station.Clips.Enter(pending, worker);
        _preparation.Add(station.Name, new FrameWork(pending, worker, station.Clips, place));
        var decision = await pending.Decided;

        // Decided before the frame was read: its preparation may still be at it, so its memory must not be used again.
        if (pending.PreparedAt == 0) request.Frame!.Detach();
        var decided = _time.GetTimestamp();
        var judgement = decision.Detection is { } detection
            ? recipe.Judge(detection)
            : new Judgement(Verdict.NotDecidable, decision.ReasonCode, decision.ReasonText, 0, []);
        var judged = _time.GetTimestamp();
        var judgeMs = _time.GetElapsedTime(decided, judged).TotalMilliseconds;
        if (decision.Detection is not null) _metrics.Judged(judgeMs);
        var draft = Draft(request, recipe, judgement) with
        {
            Timings = pending.ToTimings() with { ForwardMs = decision.Detection?.ForwardMs ?? 0, JudgeMs = judgeMs },
            FrameWidth = pending.FrameWidth,
            FrameHeight = pending.FrameHeight,
        };
        return await _writer.WriteAsync(new LogEntry(station, draft, arrival, judged)
        {
            Deadline = deadline,
            Frame = request.Frame,
            Map = decision.Detection?.Map,
            PixelThreshold = recipe.PixelThreshold,
            Area = recipe.Area,
        });
    }

    private void Prepare(FrameWork work)
    {
        var (pending, worker) = (work.Pending, work.Worker);
        PreparedFrame? prepared = null;
        try
        {
            if (work.Place is null && pending.IsOver())
            {
                worker.GiveBack(pending);
            }
            else if (TryPrepare(pending, worker.Input.ForOneFrame(), out prepared, out var error, out var isPartMissing))
            {
                // Also where its time is over: the clips of those that follow it hold this frame.
                (pending.FrameWidth, pending.FrameHeight) = (prepared.FrameWidth, prepared.FrameHeight);
                if (work.Place is null) Enqueue(pending, worker, prepared);
            }
            else
            {
                worker.GiveBack(pending);
                pending.TryDecide(Decision.None(isPartMissing ? ReasonCode.PartNotFound : ReasonCode.InvalidFrame, error));
            }
        }
        catch (Exception e)
        {
            // A bulkhead: a frame that makes the image library throw must not wait for its deadline, nor take the model's place for ever.
            Fail(pending, worker, e);
        }

        if (work.Place is not null) work.Clips.Fill(work.Place, prepared, _judgeClip);
    }

    /// <summary>Hands the model a frame with those before it; of one station's frames one at a time, in the order in which they came.</summary>
    private void JudgeClip(ClipPlace place, ClipHistory history)
    {
        var (pending, worker) = (place.Pending, place.Worker);
        try
        {
            if (history.TryJoin(place.Prepared!, pending.Frame, worker.Input, out var clip, out var missing))
            {
                Enqueue(pending, worker, clip);
                return;
            }

            worker.GiveBack(pending);
            pending.TryDecide(Decision.None(ReasonCode.ClipNotFull, missing));
        }
        catch (Exception e)
        {
            // A bulkhead, as above.
            Fail(pending, worker, e);
        }
    }

    private void Enqueue(PendingInspection pending, ModelWorker worker, PreparedFrame prepared)
    {
        pending.Prepared = prepared;
        pending.PreparedAt = _time.GetTimestamp();
        _metrics.Prepared(_time.GetElapsedTime(pending.Arrival, pending.PreparedAt).TotalMilliseconds);
        worker.Enqueue(pending);
    }

    private void Fail(PendingInspection pending, ModelWorker worker, Exception exception)
    {
        LineEvents.PrepareFailed(_logger, pending.Recipe.Station, exception);
        worker.GiveBack(pending);
        pending.TryDecide(Decision.None(ReasonCode.InvalidFrame, $"The frame could not be prepared: {exception.Message}"));
    }

    private bool TryPrepare(
        PendingInspection pending, InputSpec input, [NotNullWhen(true)] out PreparedFrame? prepared, [NotNullWhen(false)] out string? error, out bool isPartMissing)
    {
        if (_decoder is null || !pending.Frame.IsEncoded) return FramePreparer.TryPrepare(pending.Frame, input, pending.Recipe.Area, out prepared, out error, out isPartMissing);
        (prepared, isPartMissing) = (null, false);
        var start = _time.GetTimestamp();
        if (!_decoder.TryDecode(pending.Frame, out var pixels, out error)) return false;
        var decodeMs = _time.GetElapsedTime(start).TotalMilliseconds;
        try
        {
            if (!FramePreparer.TryPrepare(pixels, input, pending.Recipe.Area, out prepared, out error, out isPartMissing)) return false;
            prepared.DecodeMs = decodeMs;
            return true;
        }
        finally
        {
            pixels.Recycle();
        }
    }

    private Task<Outcome<InspectionRecord>> RefuseAsync(
        Station station, InspectionRequest request, Recipe? recipe, ReasonCode code, string text, long arrival)
    {
        station.Clips.Break("the frame before was not taken");
        var draft = Draft(request, recipe, new Judgement(Verdict.NotDecidable, code, text, 0, [])) with
        {
            FrameWidth = request.Frame?.Width ?? 0,
            FrameHeight = request.Frame?.Height ?? 0,
        };
        return _writer.WriteAsync(new LogEntry(station, draft, arrival, _time.GetTimestamp()) { Frame = request.Frame });
    }

    /// <summary>Whether a camera's clock and this machine's are further apart than the options allow; counts it, keeps it for the station's status, and tells the log of it.</summary>
    private bool IsUncertain(Station station, DateTimeOffset captured)
    {
        var now = _time.GetUtcNow();
        var offset = captured - now;
        var isUncertain = offset > _options.CaptureTimeAhead || offset < -_options.CaptureTimeBehind;
        if (isUncertain) _metrics.CaptureTimeUncertain(station.Name);
        if (station.NoteCaptureTime(isUncertain ? offset : null, now)) LineEvents.CaptureTimeUncertain(_logger, station.Name, captured, offset.TotalSeconds);
        return isUncertain;
    }

    private static string Printable(string text, int most) => ControlCharacters.Escape(text) is var escaped && escaped.Length <= most ? escaped : escaped[..most];

    private InspectionRecord Draft(InspectionRequest request, Recipe? recipe, Judgement judgement)
    {
        var now = _time.GetUtcNow();
        return new InspectionRecord
        {
            Station = request.Station,
            PartId = Printable(request.PartId, InspectionRequest.MaxPartIdLength),
            ProductId = Printable(request.ProductId, Recipe.MaxProductIdLength),
            Verdict = judgement.Verdict,
            ReasonCode = judgement.ReasonCode,
            ReasonText = judgement.ReasonText,
            Score = judgement.Score,
            Threshold = recipe?.JudgedThreshold ?? 0,
            Regions = judgement.Regions,
            ModelVersion = recipe?.ModelVersion ?? "",
            RecipeRevision = recipe?.Revision ?? 0,
            CaptureTime = request.Frame?.CaptureTime ?? now,
            CompletionTime = now,
            IsCaptureTimeUncertain = request.IsCaptureTimeUncertain,
        };
    }

    /// <summary>A frame to prepare.</summary>
    /// <param name="Pending">The frame.</param>
    /// <param name="Worker">The model that it is prepared for.</param>
    /// <param name="Clips">Its station's.</param>
    /// <param name="Place">Its place among its station's frames; null for a model that takes no clips.</param>
    private readonly record struct FrameWork(PendingInspection Pending, ModelWorker Worker, ClipOrder Clips, ClipPlace? Place);
}
