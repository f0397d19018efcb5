using System.Collections.Concurrent;
using System.Reflection;
using Xunit.v3;

namespace AnomalyLine.Testing;

/// <summary>
/// Cancels a test that has run for six minutes, so that one that waits for what never comes fails by its name instead of holding its project for ever.
/// What waits must be given the test's token. Explicit tests are left alone: measurements and children of other tests.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class TimeLimitAttribute : BeforeAfterTestAttribute
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(6);
    private readonly ConcurrentDictionary<string, Timer> _timers = new();

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (test.Explicit) return;
        var running = TestContext.Current;
        _timers[test.UniqueID] = new Timer(_ => running.CancelCurrentTest(), null, s_limit, Timeout.InfiniteTimeSpan);
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (_timers.TryRemove(test.UniqueID, out var timer)) timer.Dispose();
    }
}
