using System.Collections.Concurrent;
using AnomalyLine.Management.Audit;

namespace AnomalyLine.Server.Access;

/// <summary>Notes in the audit what leaves the server: files each time, single pictures the first time for each caller and station and again after a minute, as an export takes thousands. Any thread.</summary>
internal sealed class DownloadLog(AuditLog audit, TimeProvider time)
{
    private const int MostRemembered = 1000;
    private static readonly TimeSpan s_period = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<(string Caller, string Action, string Subject), long> _noted = new();

    /// <summary>Notes a file; a failure to do so is in the program's log.</summary>
    /// <param name="caller">Who gets it.</param>
    /// <param name="action">Such as "evidence.download".</param>
    /// <param name="subject">Of what.</param>
    /// <param name="what">What of it; null for all.</param>
    public Task NoteAsync(Caller caller, string action, string subject, object? what) => audit.NoteAsync(caller, action, subject, null, what);

    /// <summary>Notes a picture of which there are many.</summary>
    public Task NotePictureAsync(Caller caller, string action, string station, object what)
    {
        var key = (caller.User, action, station);
        if (_noted.TryGetValue(key, out var last) && time.GetElapsedTime(last) < s_period) return Task.CompletedTask;
        if (_noted.Count >= MostRemembered)
        {
            foreach (var (old, at) in _noted)
                if (time.GetElapsedTime(at) >= s_period) _noted.TryRemove(old, out _);
        }

        // With more callers and stations than that, each picture is an entry: rather too many than none.
        if (_noted.Count < MostRemembered) _noted[key] = time.GetTimestamp();
        return NoteAsync(caller, action, station, what);
    }
}
