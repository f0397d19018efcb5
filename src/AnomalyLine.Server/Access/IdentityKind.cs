namespace AnomalyLine.Server.Access;

/// <summary>How the server knows who somebody is.</summary>
internal enum IdentityKind
{
    /// <summary>By a name and a password.</summary>
    User,

    /// <summary>By a key.</summary>
    Key,

    /// <summary>A program on this machine that may read the server's data folder, by the key in it.</summary>
    Local,

    /// <summary>A browser on this machine, while the demonstration runs.</summary>
    Demo,

    /// <summary>By a link to the wall view, which lets nowhere else.</summary>
    Wall,

    /// <summary>By a provider of OpenID Connect.</summary>
    Provider,
}
