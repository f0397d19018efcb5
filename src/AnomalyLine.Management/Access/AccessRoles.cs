namespace AnomalyLine.Management.Access;

/// <summary>The words of roles, as files, calls and people write them.</summary>
public static class AccessRoles
{
    /// <summary>The word of OPC UA for <see cref="AccessRole.Viewer"/>, which older files of users have.</summary>
    private const string Observer = "Observer";

    /// <summary>The roles of users, from least to most.</summary>
    public static IReadOnlyList<AccessRole> OfUsers { get; } = [AccessRole.Viewer, AccessRole.Operator, AccessRole.Engineer, AccessRole.Administrator];

    /// <summary>The roles of keys: those of users, and that of a camera.</summary>
    public static IReadOnlyList<AccessRole> OfKeys { get; } = [AccessRole.Camera, .. OfUsers];

    /// <summary>The role of a word; letters of either case, and no number.</summary>
    public static bool TryParse(string word, out AccessRole role)
    {
        if (string.Equals(word, Observer, StringComparison.OrdinalIgnoreCase))
        {
            role = AccessRole.Viewer;
            return true;
        }

        foreach (var known in OfKeys)
        {
            role = known;
            if (string.Equals(word, known.ToString(), StringComparison.OrdinalIgnoreCase)) return true;
        }

        role = default;
        return false;
    }

    /// <summary>Whether this role may what needs <paramref name="least"/>. A camera may nothing of what users may.</summary>
    public static bool May(this AccessRole role, AccessRole least) => role == least || (role != AccessRole.Camera && least != AccessRole.Camera && role >= least);
}
