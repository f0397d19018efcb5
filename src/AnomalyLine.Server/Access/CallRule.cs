using AnomalyLine.Management.Access;

namespace AnomalyLine.Server.Access;

/// <summary>What a call, a page or a change needs.</summary>
/// <param name="Least">The least role; null where anybody may, signed in or not.</param>
/// <param name="IsForCameras">Whether cameras may as well.</param>
/// <param name="MostBytes">Largest body over REST; over gRPC each message is bounded by its service.</param>
/// <param name="IsForGateway">Whether the gateway that this server runs may, which has a role.</param>
internal sealed record CallRule(AccessRole? Least, bool IsForCameras = false, long MostBytes = CallRule.UsualMostBytes, bool IsForGateway = false)
{
    /// <summary>Whether it is also for who has to set up a second factor first.</summary>
    public bool IsForEnrolment { get; init; }

    /// <summary>Whether a link to the wall view is enough.</summary>
    public bool IsForWall { get; init; }

    /// <summary>What the body of a request can have where nothing else is said: 1 MiB.</summary>
    public const int UsualMostBytes = 1 << 20;

    public static implicit operator CallRule(AccessRole least) => new(least);

    /// <summary>Whether this role may.</summary>
    public bool Allows(AccessRole role) => Least is null || role.May(Least.Value) || (IsForCameras && role == AccessRole.Camera);
}
