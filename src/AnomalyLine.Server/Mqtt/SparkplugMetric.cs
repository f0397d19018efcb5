using AnomalyLine.Server.Mqtt.Sparkplug;

namespace AnomalyLine.Server.Mqtt;

/// <summary>Values as Sparkplug has them, with the specification's numbers of data types.</summary>
internal static class SparkplugMetric
{
    public static Metric Of(string name, int value) => new() { Name = name, Datatype = 3, IntValue = unchecked((uint)value) };

    public static Metric Of(string name, long value) => new() { Name = name, Datatype = 4, LongValue = unchecked((ulong)value) };

    public static Metric Of(string name, ulong value) => new() { Name = name, Datatype = 8, LongValue = value };

    public static Metric Of(string name, float value) => new() { Name = name, Datatype = 9, FloatValue = value };

    public static Metric Of(string name, double value) => new() { Name = name, Datatype = 10, DoubleValue = value };

    public static Metric Of(string name, bool value) => new() { Name = name, Datatype = 11, BooleanValue = value };

    public static Metric Of(string name, string value) => new() { Name = name, Datatype = 12, StringValue = value };

    /// <summary>A time; null says that there is none.</summary>
    public static Metric Of(string name, DateTimeOffset? value) => value is { } time
        ? new() { Name = name, Datatype = 13, LongValue = (ulong)time.ToUnixTimeMilliseconds() }
        : new() { Name = name, Datatype = 13, IsNull = true };
}
