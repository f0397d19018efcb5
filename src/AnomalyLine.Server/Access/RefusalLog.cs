using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;

namespace AnomalyLine.Server.Access;

/// <summary>
/// Notes what was refused, in the audit and the program's log: the first time for each caller and thing, and again after a minute, so that somebody who tries on and on fills neither. Of
/// strangers, who can have as many addresses as they like, so many a minute and a day in all; the next entry says how many were left out. Any thread.
/// </summary>
internal sealed partial class RefusalLog(AuditLog audit, TimeProvider time, ILogger<RefusalLog> logger)
{
    private const int MostRemembered = 1000, StrangersAMinute = 20, StrangersADay = 1000;
    private static readonly TimeSpan s_period = TimeSpan.FromMinutes(1);
    private readonly Allowance _strangersNow = new(StrangersAMinute, s_period, time), _strangersToday = new(StrangersADay, TimeSpan.FromDays(1), time);
    private readonly Dictionary<(string, string), long> _noted = [];
    private readonly Lock _lock = new();
    private int _leftOut;

    /// <summary>Notes a refusal; a failure to do so changes nothing, as it is refused either way.</summary>
    /// <param name="caller">Who, and from where with the port.</param>
    /// <param name="what">What was refused, such as a call's name.</param>
    /// <param name="refused">Why.</param>
    public async Task NoteAsync(Caller caller, string what, LineError refused)
    {
        if (!IsDue((caller.User + WithoutPort(caller.Origin), what), caller.User.Length == 0, out var leftOut)) return;
        LogRefused(ControlCharacters.Escape(what), ControlCharacters.Escape(caller.User), caller.Origin, ControlCharacters.Escape(refused.Message), leftOut);
        await audit.AppendAsync(caller, "access.refused", what, null, leftOut == 0 ? (object)new { reason = refused.Message } : new { reason = refused.Message, leftOut }, CancellationToken.None);
    }

    private bool IsDue((string, string) key, bool isStranger, out int leftOut)
    {
        lock (_lock)
        {
            leftOut = 0;
            var now = time.GetTimestamp();
            if (_noted.TryGetValue(key, out var last) && time.GetElapsedTime(last, now) < s_period) return false;
            if (isStranger && !(_strangersNow.IsLeft && _strangersToday.IsLeft))
            {
                _leftOut++;
                return false;
            }

            if (_noted.Count >= MostRemembered)
            {
                foreach (var (old, at) in _noted.ToList())
                    if (time.GetElapsedTime(at, now) >= s_period) _noted.Remove(old);
                if (_noted.Count >= MostRemembered) return false;
            }

            _noted[key] = now;
            if (!isStranger) return true;
            _strangersNow.Take();
            _strangersToday.Take();
            (leftOut, _leftOut) = (_leftOut, 0);
            return true;
        }
    }

    private static string WithoutPort(string origin) => origin.LastIndexOf(':') is > 0 and var at ? origin[..at] : origin;

    [LoggerMessage(EventId = 130, Level = LogLevel.Warning, Message = "Refused: {What} for '{User}' from {Origin}: {Reason} ({LeftOut} others were not noted)")]
    private partial void LogRefused(string what, string user, string origin, string reason, int leftOut);
}
