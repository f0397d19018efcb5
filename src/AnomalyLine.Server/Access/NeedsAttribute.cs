using AnomalyLine.Management.Access;

namespace AnomalyLine.Server.Access;

/// <summary>On a page: the least role that may open it. Without it: <see cref="AccessRole.Viewer"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class NeedsAttribute(AccessRole least) : Attribute
{
    /// <summary>The least role.</summary>
    public AccessRole Least { get; } = least;
}
