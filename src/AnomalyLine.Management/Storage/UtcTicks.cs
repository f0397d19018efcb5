using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace AnomalyLine.Management.Storage;

/// <summary>An instant as UTC ticks (100 ns): sorts and compares alike in every database, and loses nothing.</summary>
internal sealed class UtcTicks() : ValueConverter<DateTimeOffset, long>(time => time.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
