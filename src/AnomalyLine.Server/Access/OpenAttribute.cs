namespace AnomalyLine.Server.Access;

/// <summary>On a page or another endpoint: anybody may open it, signed in or not.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OpenAttribute : Attribute
{
    /// <summary>For endpoints that are no classes.</summary>
    public static OpenAttribute Instance { get; } = new();
}
