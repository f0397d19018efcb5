using System.CommandLine;
using AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline keys`: what lets machines in.</summary>
internal static class KeysCommand
{
    public static Command Create(Output output) => new("keys", "Keys of cameras and scripts on other machines.") { List(output), Add(output), Revoke(output) };

    private static Command List(Output output)
    {
        var (server, json) = (CommonOptions.Server(), CommonOptions.Json());
        var command = new Command("list", "List them; the keys themselves are kept nowhere.") { server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var answer = await new AccessService.AccessServiceClient(channel).ListKeysAsync(new ListKeysRequest(), cancellationToken: cancel);
            if (answer.Fault.Length > 0) await output.Error.WriteLineAsync($"anomalyline keys list: {answer.Fault}");
            if (parsed.GetValue(json)) output.WriteJson(new
            {
                keys = answer.Keys.Select(key => new
                {
                    name = key.Name,
                    role = $"{key.Role}",
                    creationDay = key.CreationDay,
                    lastDay = key.LastDay,
                    stations = key.Stations,
                    networks = key.Networks,
                    certificate = key.Certificate,
                    subject = key.Subject,
                }),
                fault = answer.Fault,
            });
            else TextTable.Write(output.Result, ["NAME", "ROLE", "MADE ON", "UNTIL", "STATIONS", "FROM", "PROVED BY"], answer.Keys.Select(key => (IReadOnlyList<string>)
                [key.Name, $"{key.Role}", key.CreationDay, key.LastDay, string.Join(", ", key.Stations), string.Join(", ", key.Networks), key.Subject.Length > 0 ? key.Subject : key.Certificate.Length > 0 ? $"SHA256:{key.Certificate[..16]}…" : "key"]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Add(Output output)
    {
        var name = new Argument<string>("name") { Description = "Name of the machine, such as camera-1." };
        var role = RoleOption.Create([nameof(Role.Camera), .. RoleOption.OfUsers]);
        var until = new Option<string>("--until") { Description = "Last day on which it is good, UTC, such as 2027-01-31; for ever without it." };
        var stations = new Option<string[]>("--station") { Description = "The only stations whose frames it may send; for a camera.", AllowMultipleArgumentsPerToken = true };
        var networks = new Option<string[]>("--from") { Description = "The only addresses or networks that it may come from, such as 10.1.0.0/16.", AllowMultipleArgumentsPerToken = true };
        var certificate = new Option<string?>("--for-certificate") { Description = "Let this certificate (PEM) prove the machine; then there is no key.", HelpName = "FILE" };
        var subject = new Option<string?>("--for-subject") { Description = "Let certificates of this subject prove it, such as CN=camera-1, from an authority of the server's Tls:ClientAuthorities.", HelpName = "NAME" };
        var (server, json) = (CommonOptions.Server(), CommonOptions.Json());
        var command = new Command("add", "Make a key and print it, this one time; or bind a certificate in its place.") { name, role, until, stations, networks, certificate, subject, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var request = new AddKeyRequest
            {
                Name = parsed.GetRequiredValue(name),
                Role = RoleOption.Parse(parsed.GetRequiredValue(role)),
                LastDay = parsed.GetValue(until) ?? "",
                Stations = { parsed.GetValue(stations) ?? [] },
                Networks = { parsed.GetValue(networks) ?? [] },
                Certificate = parsed.GetValue(certificate) is { } file ? await File.ReadAllTextAsync(file, cancel) : "",
                Subject = parsed.GetValue(subject) ?? "",
            };
            var made = await new AccessService.AccessServiceClient(channel).AddKeyAsync(request, cancellationToken: cancel);
            if (parsed.GetValue(json))
            {
                output.WriteJson(new { name = made.Key.Name, role = $"{made.Key.Role}", key = made.Secret });
            }
            else if (made.Secret.Length == 0)
            {
                await output.Result.WriteLineAsync($"{made.Key.Name}, a {made.Key.Role}: proved by {(made.Key.Subject.Length > 0 ? $"certificates of {made.Key.Subject}" : $"the certificate SHA256:{made.Key.Certificate}")}.");
            }
            else
            {
                // The key alone on standard output, so that a script can take it.
                await output.Error.WriteLineAsync($"The key of {made.Key.Name}, a {made.Key.Role}. The server cannot show it again; put it into the variable ANOMALYLINE_KEY over there:");
                await output.Result.WriteLineAsync(made.Secret);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command Revoke(Output output)
    {
        var name = new Argument<string>("name") { Description = "Name of the key." };
        var (server, json) = (CommonOptions.Server(), CommonOptions.Json());
        var command = new Command("revoke", "Take a key back: it is refused from now on, and its streams end.") { name, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            await new AccessService.AccessServiceClient(channel).RevokeKeyAsync(new RevokeKeyRequest { Name = parsed.GetRequiredValue(name) }, cancellationToken: cancel);
            if (parsed.GetValue(json)) output.WriteJson(new { name = parsed.GetRequiredValue(name), revoked = true });
            else await output.Result.WriteLineAsync($"{parsed.GetRequiredValue(name)}: revoked.");
            return ExitCode.Done;
        });
        return command;
    }
}
