using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Samples;
using AnomalyLine.Server.Hosting;

namespace AnomalyLine.Server.Console;

/// <summary>Takes what a person says of an inspected part as an approved sample. Any thread.</summary>
internal sealed class Feedback(LineHost host, SampleStore samples)
{
    /// <summary>Keeps the frame, where it is not a sample yet, and approves it.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="sequence">The station's number of the inspection.</param>
    /// <param name="label">What the part is.</param>
    /// <param name="defect">Kind of defect; may be empty.</param>
    /// <param name="caller">Who says it.</param>
    /// <param name="cancellation">Changes nothing, or keeps the frame without approving it.</param>
    /// <returns>
    /// The sample, or <see cref="LineErrorCode.InspectionNotFound"/> where the frame is no longer kept, SampleChanged where somebody else has
    /// decided about it, InvalidSample, ManagementFailed.
    /// </returns>
    public async Task<Outcome<Sample>> SayAsync(string station, long sequence, SampleLabel label, string defect, Caller caller, CancellationToken cancellation)
    {
        if (host.Line.Evidence.TryGet(station, sequence) is not { } item)
        {
            return new LineError(
                LineErrorCode.InspectionNotFound, $"The frame of inspection {sequence} of station '{station}' is no longer in memory; look whether it is among the samples, which keep all that were not Ok.");
        }

        var draft = Sample.Of(item.Record, SampleReason.Imported, label);
        if (!(await samples.AddAsync(item.Frame, draft, caller, cancellation)).TryGet(out var sample, out var error)) return error;

        // What another person has decided about the same picture is not overruled from a page that does not show it.
        IReadOnlyList<SampleDecision> expected = sample.ReviewedBy == caller.User ? [] : [new SampleDecision(sample.Id, SampleState.Pending)];
        var review = await samples.ReviewAsync(new SampleReview([sample.Id], SampleState.Approved, label, defect) { Expected = expected }, caller,
            cancellation);
        return review.TryGet(out var reviewed, out error) ? reviewed[0] : error;
    }
}
