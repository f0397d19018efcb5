using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Inspection.Tests;

/// <summary>Remembers what is logged, by the names of the events.</summary>
internal sealed class TestLog : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<string> _events = new();

    public int CountOf(string name) => _events.Count(logged => string.Equals(logged, name, StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        => _events.Enqueue(eventId.Name ?? "");

    public void Dispose()
    {
        // Nothing to let go of.
    }
}
