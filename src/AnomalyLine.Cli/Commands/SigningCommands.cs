using System.CommandLine;
using AnomalyLine.Contracts.V1;
using AnomalyLine.Detection.Models;
using AnomalyLine.Management.Signing;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline sign` and `verify`: who made a model file or an export; `signers`: whom a server trusts.</summary>
internal static class SigningCommands
{
    public static Command CreateSign(Output output)
    {
        var (file, data, json) = (FileArgument("The model file (.alm), or any other file, such as an exported network or an export of the audit."), Data("Data folder of the server whose key signs."), CommonOptions.Json());
        var command = new Command("sign", "Sign a file with a server's key: a model file in itself, which makes it another version; any other file by FILE.sig beside it.") { file, data, json };
        command.SetAction(async (parsed, _) =>
        {
            var (path, folder) = (parsed.GetRequiredValue(file), parsed.GetRequiredValue(data));
            Require(path);
            // A mistyped folder must not become one with a key that no server has.
            if (!File.Exists(Path.Combine(folder, SigningKey.FileName))) throw new CommandException($"{folder}: has no {SigningKey.FileName}; name the data folder of a server, which makes its key when it starts.");
            using var key = SigningKey.Open(folder);
            var signed = SignedFile.Sign(path, key);
            var version = signed == path ? ModelFile.ReadManifest(path).Version : "";
            if (parsed.GetValue(json)) output.WriteJson(new { path, signature = signed, signer = key.Fingerprint, version });
            else await output.Result.WriteLineAsync($"{signed}: signed by {key.Fingerprint}{(version.Length > 0 ? $"; the model is {version} now" : "")}.");
            return ExitCode.Done;
        });
        return command;
    }

    public static Command CreateVerify(Output output)
    {
        var file = FileArgument("The file; its signature is in it, or is FILE.sig.");
        var signer = new Option<string?>("--signer") { Description = "Fingerprint of the server that must have signed it.", HelpName = "SHA256:HEX" };
        var data = new Option<string?>("--data") { Description = "Data folder of a server that must trust whoever signed it.", HelpName = "DIR" };
        var json = CommonOptions.Json();
        var command = new Command("verify", "Say who signed a file; exit code 1 where nobody did, it was changed since, or it was somebody else.") { file, signer, data, json };
        command.SetAction(async (parsed, _) =>
        {
            var path = parsed.GetRequiredValue(file);
            Require(path);
            var found = SignedFile.SignerOf(path);
            var name = found.Length > 0 && parsed.GetValue(data) is { } folder ? new TrustedSigners(folder).NameOf(found) : null;
            var fault = found.Length == 0 ? "is not signed"
                : parsed.GetValue(signer) is { } wanted && wanted != found ? $"was signed by {found}, not by {wanted}"
                : parsed.GetValue(data) is { } trusting && name is null ? $"was signed by {found}, whom the server of {trusting} does not trust"
                : null;
            if (parsed.GetValue(json)) output.WriteJson(new { path, signer = found, name = name ?? "", good = fault is null, reason = fault ?? "" });
            else if (fault is null) await output.Result.WriteLineAsync($"{path}: signed by {found}{(name is null ? "" : $" ({name})")}, and not changed since.");
            else await output.Error.WriteLineAsync($"anomalyline verify: {path} {fault}.");
            return fault is null ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    public static Command CreateSigners(Output output) => new("signers", "Whose signatures of model files a server trusts.") { List(output), Trust(output), Distrust(output) };

    private static Command List(Output output)
    {
        var (server, json) = (CommonOptions.Server(), CommonOptions.Json());
        var command = new Command("list", "List them, and which key the server signs with.") { server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var answer = await new ModelService.ModelServiceClient(channel).ListSignersAsync(new ListSignersRequest(), cancellationToken: cancel);
            if (parsed.GetValue(json)) output.WriteJson(new { signers = answer.Signers.Select(signer => new { name = signer.Name, fingerprint = signer.Fingerprint }), own = answer.OwnFingerprint, trustedOnly = answer.TrustedOnly });
            else TextTable.Write(output.Result, ["NAME", "FINGERPRINT", ""], answer.Signers.Select(signer => (IReadOnlyList<string>)[signer.Name, signer.Fingerprint, signer.Fingerprint == answer.OwnFingerprint ? "this server signs with it" : ""]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Trust(Output output)
    {
        var name = new Argument<string>("name") { Description = "What to call it, such as line-2." };
        var fingerprint = new Argument<string>("fingerprint") { Description = "SHA256: and 64 hexadecimal digits, as 'anomalyline signers list' shows it there." };
        var (server, json) = (CommonOptions.Server(), CommonOptions.Json());
        var command = new Command("trust", "Trust what another server signed.") { name, fingerprint, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var request = new TrustSignerRequest { Name = parsed.GetRequiredValue(name), Fingerprint = parsed.GetRequiredValue(fingerprint) };
            var signer = (await new ModelService.ModelServiceClient(channel).TrustSignerAsync(request, cancellationToken: cancel)).Signer;
            if (parsed.GetValue(json)) output.WriteJson(new { name = signer.Name, fingerprint = signer.Fingerprint });
            else await output.Result.WriteLineAsync($"{signer.Name}: trusted.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Distrust(Output output)
    {
        var name = new Argument<string>("name") { Description = "Its name." };
        var (server, json) = (CommonOptions.Server(), CommonOptions.Json());
        var command = new Command("distrust", "Trust it no longer; models that are loaded go on judging.") { name, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            await new ModelService.ModelServiceClient(channel).DistrustSignerAsync(new DistrustSignerRequest { Name = parsed.GetRequiredValue(name) }, cancellationToken: cancel);
            if (parsed.GetValue(json)) output.WriteJson(new { name = parsed.GetRequiredValue(name), trusted = false });
            else await output.Result.WriteLineAsync($"{parsed.GetRequiredValue(name)}: not trusted any more.");
            return ExitCode.Done;
        });
        return command;
    }

    private static void Require(string path)
    {
        if (!File.Exists(path)) throw new CommandException($"{path}: no such file.");
    }

    private static Argument<string> FileArgument(string description) => new("file") { Description = description };

    private static Option<string> Data(string description) => new("--data") { Description = description, DefaultValueFactory = _ => "data", HelpName = "DIR" };
}
