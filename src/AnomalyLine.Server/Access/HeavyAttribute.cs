namespace AnomalyLine.Server.Access;

/// <summary>Marks an endpoint that is no call and takes much memory: refused while it is short.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class HeavyAttribute : Attribute;
