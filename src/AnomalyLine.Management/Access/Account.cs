namespace AnomalyLine.Management.Access;

/// <summary>One line of a file of users or keys.</summary>
/// <param name="Name">Who.</param>
/// <param name="Role">What they may do.</param>
/// <param name="Secret">What proves it: never the secret itself but its hash, or how else it is proved.</param>
public sealed record Account(string Name, AccessRole Role, string Secret)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}:{Role}:{Secret}";
}
