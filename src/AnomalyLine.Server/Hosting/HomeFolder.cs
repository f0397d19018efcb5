namespace AnomalyLine.Server.Hosting;

/// <summary>
/// A home for an account that has none, as one that systemd makes for a service, or a number in a container: without it neither the chain of a certificate can be built nor the gateway started.
/// </summary>
internal static class HomeFolder
{
    private const string Variable = "HOME";

    /// <summary>Makes the data folder the home of this process and its children, where neither the variable nor the system's list of users names one.</summary>
    public static void Ensure(string dataFolder)
    {
        // .NET says / where it knows of none.
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)) && Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is "/" or "")
            Environment.SetEnvironmentVariable(Variable, Path.GetFullPath(dataFolder));
    }
}
