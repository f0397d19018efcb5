using System.Globalization;
using AnomalyLine.Vision.Imaging;

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
    /// <param name="calibration">The model's scores of its calibration frames; may be empty, where the model file does not have them.</param>
    /// <param name="cut">The lower one of the recipe's threshold and the calibrated one: scores from here on are left out.</param>
    /// <param name="partsToFalseAlarm">Parts to a false alarm of one signal, on average at least.</param>
    public StationDrift(string station, IEnumerable<float> calibration, float cut, double partsToFalseAlarm)
    {
        _station = station;
        _cut = cut;
        _detectors = Enum.GetValues<DriftSignal>().ToDictionary(
            signal => signal,
            signal => new ConformalDetector(signal == DriftSignal.Score ? calibration.Where(score => score < cut).Select(score => (double)score) : [], partsToFalseAlarm, (int)signal));
    }

    /// <summary>The state of each signal.</summary>
    public IReadOnlyDictionary<DriftSignal, ConformalDetector> Detectors => _detectors;

    /// <summary>An Ok part's score; the alarm that it raises, or null.</summary>
    public DriftAlarm? Score(float score, DateTimeOffset time) => score < _cut ? Add(DriftSignal.Score, score, time) : null;

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
            _ => ($"The scores of Ok parts are {(detector.Rises ? "higher" : "lower")} than those of the calibration ({change}).", "Look at the latest parts. If they are good, approve them as samples and train again; the thresholds can be calibrated anew meanwhile."),
        };
    }
}
