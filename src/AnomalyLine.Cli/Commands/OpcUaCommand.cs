using System.CommandLine;
using System.Globalization;
using AnomalyLine.Management.OpcUa;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline opcua`: who may connect to the OPC UA gateway, and its nodes as a file.</summary>
internal static class OpcUaCommand
{
    public static Command Create(Output output) => new("opcua", "The OPC UA gateway.")
    {
        new Command("clients", "Certificates of clients: which are trusted and which wait for it. Works on the gateway's folder, on its machine.")
        {
            List(output),
            Move(output, "trust", "Let a client in, at once.", "trusted", (list, thumbprint) => list.Trust(thumbprint)),
            Move(output, "reject", "Keep a client out that was trusted, and close its connections.", "rejected", (list, thumbprint) => list.Reject(thumbprint)),
        },
        OpcUaExportCommand.Create(output),
    };

    private static Command List(Output output)
    {
        var (pki, users, json) = (Pki(), Users(), CommonOptions.Json());
        var command = new Command("list", "List them, those that wait for trust first.") { pki, users, json };
        command.SetAction(parsed =>
        {
            var certificates = new TrustList(parsed.GetRequiredValue(pki), parsed.GetValue(users)).Read();
            if (parsed.GetValue(json)) output.WriteJson(new { clients = certificates });
            else TextTable.Write(output.Result, ["STATE", "THUMBPRINT", "VALID UNTIL", "NAME", "APPLICATION", "FROM", "REFUSED", "WHY"], certificates.Select(Row));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Move(Output output, string name, string description, string done, Func<TrustList, string, (ClientCertificate Certificate, bool Changed)> move)
    {
        var thumbprint = new Argument<string>("thumbprint") { Description = "SHA-1 thumbprint, or its first 8 hex digits and more." };
        var (pki, users, json) = (Pki(), Users(), CommonOptions.Json());
        var command = new Command(name, description) { thumbprint, pki, users, json };
        command.SetAction(parsed =>
        {
            var (certificate, changed) = move(new TrustList(parsed.GetRequiredValue(pki), parsed.GetValue(users)), parsed.GetRequiredValue(thumbprint));
            if (parsed.GetValue(json)) output.WriteJson(new { certificate, changed });
            else output.Result.WriteLine($"{certificate.Name} ({certificate.Thumbprint}): {(changed ? "" : "already ")}{done}.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Option<string> Pki() => new("--pki")
    {
        Description = "Folder of the gateway's certificates: 'pki' in the server's data folder, or what OPCUA_PKI names.",
        HelpName = "DIR",
        DefaultValueFactory = _ => Path.Combine("data", "pki"),
    };

    private static Option<bool> Users() => new("--users") { Description = "Certificates that users log in with, instead of those of clients." };

    private static IReadOnlyList<string> Row(ClientCertificate certificate) =>
    [
        certificate.IsTrusted ? "trusted" : "waiting", certificate.Thumbprint,
        certificate.ValidUntil.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), certificate.Name, certificate.ApplicationUri,
        .. certificate.Refusal is { } refusal
            ? [refusal.Address, $"{refusal.Count}x {Time(refusal.First)}..{Time(refusal.Last)}", refusal.Reason]
            : new[] { "", "", "" },
    ];

    private static string Time(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
