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
    /// <param name="comment">What the person adds; may be empty.</param>
    /// <param name="seen">The sample that the person saw with its decision; null where there was none.</param>
    /// <param name="caller">Who says it.</param>
    /// <param name="cancellation">Changes nothing, or keeps the frame without approving it.</param>
    /// <returns>
    /// The sample, or <see cref="LineErrorCode.InspectionNotFound"/> where the frame is no longer kept, SampleChanged where somebody has decided about it since it was seen,
    /// InvalidSample, ManagementFailed.
    /// </returns>
    public async Task<Outcome<Sample>> SayAsync(string station, long sequence, SampleLabel label, string defect, string comment, Sample? seen, Caller caller, CancellationToken cancellation)
    {
        var expected = seen is null ? null : SampleDecision.Of(seen);
        if (expected is null)
        {
            if (host.Line.Evidence.TryGet(station, sequence) is not { } item)
            {
                return new LineError(
                    LineErrorCode.InspectionNotFound, $"The frame of inspection {sequence} of station '{station}' is no longer in memory; look whether it is among the samples, which keep all that were not Ok.");
            }

            var draft = Sample.Of(item.Record, SampleReason.Imported, label);
            if (!(await samples.AddAsync(item.Frame, draft, caller, cancellation)).TryGet(out var sample, out var error)) return error;

            // The same picture may be a sample already, of an earlier part: what was decided about it was not on the page.
            expected = new SampleDecision(sample.Id, SampleState.Pending);
        }

        var review = new SampleReview([expected.Id], SampleState.Approved, label, defect) { Expected = [expected], Comment = comment, Sequence = sequence };
        return (await samples.ReviewAsync(review, caller, cancellation)).TryGet(out var reviewed, out var failure) ? reviewed[0] : failure;
    }
}
