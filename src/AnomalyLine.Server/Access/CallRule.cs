using AnomalyLine.Management.Access;

namespace AnomalyLine.Server.Access;

/// <summary>What a call needs.</summary>
/// <param name="Least">The least role; null where anybody may, signed in or not.</param>
/// <param name="IsForCameras">Whether cameras may as well.</param>
internal sealed record CallRule(AccessRole? Least, bool IsForCameras = false)
{
    public static implicit operator CallRule(AccessRole least) => new(least);

    /// <summary>Whether this role may.</summary>
    public bool Allows(AccessRole role) => Least is null || role.May(Least.Value) || (IsForCameras && role == AccessRole.Camera);
}
