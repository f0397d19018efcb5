using System.Globalization;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging;

namespace AnomalyLine.Management.Drift;

/// <summary>
/// A station under one recipe, watched for drift: a <see cref="ConformalDetector"/> for each signal. Scores are those below the cut only, against the calibration's below it: given
/// the threshold, which is one of the calibration's scores, those below it and those of Ok parts are exchangeable, so that the false-alarm rate holds exactly. One thread at a time.
/// </summary>
public sealed class StationDrift
{
    private readonly string _station;
    private readonly double _cut;
    private readonly Dictionary<DriftSignal, ConformalDetector> _detectors;

    /// <summary>Starts watching.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="calibration">The model's calibration frames; may be empty, where the model file does not have them.</param>
    /// <param name="cut">The lower one of the recipe's threshold and the calibrated one: scores from here on are left out.</param>
    /// <param name="isLearnt">Whether the station judges what the model has learnt from of its frames: then the calibration's statistics are a reference, else only its scores are.</param>
    /// <param name="partsToFalseAlarm">Parts to a false alarm of one signal, on average at least.</param>
    public StationDrift(string station, IReadOnlyList<CalibrationFrame> calibration, float cut, bool isLearnt, double partsToFalseAlarm)
    {
        _station = station;
        _cut = cut;
        _detectors = Enum.GetValues<DriftSignal>().ToDictionary(
            signal => signal,
            signal => new ConformalDetector(signal is DriftSignal.Score or DriftSignal.Rejects || isLearnt ? Reference(signal, calibration) : [], partsToFalseAlarm, (int)signal));
    }

    /// <summary>The state of each signal.</summary>
    public IReadOnlyDictionary<DriftSignal, ConformalDetector> Detectors => _detectors;

    /// <summary>A judged part; the alarms that it raises.</summary>
    /// <param name="score">Its score.</param>
    /// <param name="isReject">Whether it is NotOk.</param>
    /// <param name="time">Now.</param>
    public IReadOnlyList<DriftAlarm> Judged(float score, bool isReject, DateTimeOffset time) =>
        [.. new[] { Add(DriftSignal.Rejects, isReject ? 1 : 0, time), !isReject && score < _cut ? Add(DriftSignal.Score, score, time) : null }.OfType<DriftAlarm>()];

    /// <summary>A frame's statistics; the alarms that they raise.</summary>
    public IReadOnlyList<DriftAlarm> Measure(FrameStatistics frame, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return
        [
            .. new[]
            {
                Add(DriftSignal.Brightness, frame.Brightness, time), Add(DriftSignal.Sharpness, frame.Sharpness, time),
                Add(DriftSignal.Horizontal, frame.CentreX, time), Add(DriftSignal.Vertical, frame.CentreY, time),
            }.OfType<DriftAlarm>(),
        ];
    }

    private IEnumerable<double> Reference(DriftSignal signal, IReadOnlyList<CalibrationFrame> calibration) => signal switch
    {
        DriftSignal.Score => calibration.Where(frame => frame.Score < _cut).Select(frame => (double)frame.Score),
        DriftSignal.Rejects => calibration.Select(frame => frame.Score > _cut ? 1.0 : 0),
        _ => calibration.Select(frame => signal switch
        {
            DriftSignal.Brightness => frame.Statistics.Brightness,
            DriftSignal.Sharpness => frame.Statistics.Sharpness,
            DriftSignal.Horizontal => frame.Statistics.CentreX,
            _ => frame.Statistics.CentreY,
        }),
    };

    private DriftAlarm? Add(DriftSignal signal, double value, DateTimeOffset time)
    {
        var detector = _detectors[signal];
        if (!detector.Add(value)) return null;
        var (reason, suggestion) = Words(signal, detector);
        return new DriftAlarm(_station, signal, detector.Rises, detector.ReferenceMedian, detector.RecentMedian, detector.Count, time, reason, suggestion);
    }

    private static (string Reason, string Suggestion) Words(DriftSignal signal, ConformalDetector detector)
    {
        var change = string.Create(CultureInfo.InvariantCulture, $"from {detector.ReferenceMedian:G4} to {detector.RecentMedian:G4}");
        return signal switch
        {
            DriftSignal.Brightness => ($"The frames have become {(detector.Rises ? "brighter" : "darker")} ({change}).", "Look at the lamp, its supply, stray light and the exposure time. If the light is meant to be so, collect new normals and train again."),
            DriftSignal.Sharpness => ($"The frames have become {(detector.Rises ? "sharper or noisier" : "less sharp")} ({change}).", "Clean the lens, look at focus, vibration and gain. If it is meant to be so, collect new normals and train again."),
            DriftSignal.Horizontal => ($"The parts lie further to the {(detector.Rises ? "right" : "left")} in the frame ({change} of its width).", "Look at the camera's mount, the fixture and the trigger's delay."),
            DriftSignal.Vertical => ($"The parts lie further {(detector.Rises ? "down" : "up")} in the frame ({change} of its height).", "Look at the camera's mount, the fixture and the trigger's delay."),
            DriftSignal.Rejects => (detector.Rises ? "More parts are rejected than the calibration promises." : "Fewer parts are rejected than before.", "Look at the latest rejects. If they are good, see what changed in light and position, then approve them as samples and train again."),
            _ => ($"The scores of Ok parts are {(detector.Rises ? "higher" : "lower")} than those of the calibration ({change}).", "Look at the latest parts. If they are good, approve them as samples and train again; the thresholds can be calibrated anew meanwhile."),
        };
    }
}
