using Microsoft.Extensions.Logging;

namespace AnomalyLine.Inspection;

/// <summary>
/// A guest on the thread that writes the log, behind a bulkhead: what it throws is logged once and counted, and a guest that fails again and again
/// is called no more. The thread that writes the log only.
/// </summary>
internal sealed class EvidenceObserver(string name, Func<EvidenceItem, bool> observe, LineMetrics metrics, ILogger logger)
{
    /// <summary>Failures in a row after which it is taken off.</summary>
    public const int MostFailures = 10;

    private int _failures;
    private bool _isKnown;
    private volatile string _fault = "";

    /// <summary>Why it is taken off; empty while it is called. Any thread.</summary>
    public string Fault => _fault;

    /// <summary>Hands it an inspection; whether it keeps the frame or the map.</summary>
    public bool Offer(EvidenceItem item)
    {
        if (_fault.Length != 0) return false;
        try
        {
            var isKept = observe(item);
            _failures = 0;
            return isKept;
        }
        catch (Exception e)
        {
            metrics.ObserverFailed(name);
            if (!_isKnown) LineEvents.ObserverFailed(logger, name, e);
            _isKnown = true;
            if (++_failures < MostFailures) return true;
            _fault = $"{name} failed on {MostFailures} frames in a row ({e.Message}) and gets no further ones until the server is restarted.";
            LineEvents.ObserverTakenOff(logger, name, MostFailures, e);

            // It may have kept the frame before it threw.
            return true;
        }
    }
}
