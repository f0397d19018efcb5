using System.CommandLine;
using AnomalyLine.Contracts.V1;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline users`: who may sign in to the console and to OPC UA. By the server, so that it is audited; the first one also on the data folder of a server that does not run yet.</summary>
internal static class UsersCommand
{
    public static Command Create(Output output) => new("users", "Who may sign in to the console and to OPC UA.")
    {
        List(output), Add(output),
        Change(output, "role", "Give a user another role, at once.", withRole: true, withPassword: false,
            (client, name, role, _, cancel) => client.SetUserRoleAsync(new SetUserRoleRequest { Name = name, Role = role }, cancellationToken: cancel).ResponseAsync),
        Change(output, "password", "Give a user another password, asked for or from standard input; their sessions end.", withRole: false, withPassword: true,
            (client, name, _, password, cancel) => client.SetUserPasswordAsync(new SetUserPasswordRequest { Name = name, Password = password }, cancellationToken: cancel).ResponseAsync),
        Change(output, "no-second-factor", "Take a user's second factor away, such as one whose phone is lost; the password alone lets them in until they set up another one.", withRole: false, withPassword: false,
            (client, name, _, _, cancel) => client.RemoveSecondFactorAsync(new RemoveSecondFactorRequest { Name = name }, cancellationToken: cancel).ResponseAsync),
        Change(output, "remove", "Take a user out; their sessions end.", withRole: false, withPassword: false,
            (client, name, _, _, cancel) => client.RemoveUserAsync(new RemoveUserRequest { Name = name }, cancellationToken: cancel).ResponseAsync),
    };

    private static Command List(Output output)
    {
        var (server, json) = (CommonOptions.Server(), CommonOptions.Json());
        var command = new Command("list", "List them.") { server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var answer = await new AccessService.AccessServiceClient(channel).ListUsersAsync(new ListUsersRequest(), cancellationToken: cancel);
            if (answer.Fault.Length > 0) await output.Error.WriteLineAsync($"anomalyline users list: {answer.Fault}");
            if (parsed.GetValue(json)) output.WriteJson(new { users = answer.Users.Select(user => new { name = user.Name, role = $"{user.Role}", hasPassword = user.HasPassword, hasSecondFactor = user.HasSecondFactor }), fault = answer.Fault });
            else TextTable.Write(output.Result, ["NAME", "ROLE", "SIGNS IN BY"], answer.Users.Select(user => (IReadOnlyList<string>)[user.Name, $"{user.Role}", !user.HasPassword ? "certificate" : user.HasSecondFactor ? "password and second factor" : "password"]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Add(Output output)
    {
        var name = new Argument<string>("name") { Description = "Name to sign in with." };
        var role = RoleOption.Create(RoleOption.OfUsers);
        var data = new Option<string?>("--data") { Description = "Work on this data folder instead of asking a server; for the first administrator. Not audited.", HelpName = "DIR" };
        var (server, json) = (CommonOptions.Server(), CommonOptions.Json());
        var command = new Command("add", "Add a user; the password is asked for, or read from standard input.") { name, role, data, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var (who, word) = (parsed.GetRequiredValue(name), parsed.GetRequiredValue(role));
            var password = await Password.ReadAsync(output, cancel);
            if (parsed.GetValue(data) is { } folder) AddTo(folder, who, word, password);
            else
            {
                using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
                await new AccessService.AccessServiceClient(channel).AddUserAsync(new AddUserRequest { Name = who, Role = RoleOption.Parse(word), Password = password }, cancellationToken: cancel);
            }

            if (parsed.GetValue(json)) output.WriteJson(new { name = who, role = word });
            else await output.Result.WriteLineAsync($"{who}: added as {word}.");
            return ExitCode.Done;
        });
        return command;
    }

    private static void AddTo(string folder, string name, string word, string password)
    {
        if (!Directory.Exists(folder)) throw new CommandException($"{folder}: no such folder; name the one of AnomalyLine:DataFolder.");
        var users = new UserList(UserList.PathIn(folder, null), TimeProvider.System);
        if (users.Add(name, Enum.Parse<AccessRole>(word), password).Error is { } error)
            throw new CommandException(error.Message, error.Code == LineErrorCode.InvalidAccount ? ExitCode.WrongUsage : ExitCode.Failed);
    }

    private static Command Change(
        Output output, string verb, string description, bool withRole, bool withPassword, Func<AccessService.AccessServiceClient, string, Role, string, CancellationToken, Task> change)
    {
        var name = new Argument<string>("name") { Description = "Name of the user." };
        var role = RoleOption.Create(RoleOption.OfUsers);
        var (server, json) = (CommonOptions.Server(), CommonOptions.Json());
        var command = new Command(verb, description) { name, server, json };
        if (withRole) command.Add(role);
        command.SetAction(async (parsed, cancel) =>
        {
            var who = parsed.GetRequiredValue(name);
            var password = withPassword ? await Password.ReadAsync(output, cancel) : "";
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            await change(new AccessService.AccessServiceClient(channel), who, withRole ? RoleOption.Parse(parsed.GetRequiredValue(role)) : Role.Unspecified, password, cancel);
            if (parsed.GetValue(json)) output.WriteJson(new { name = who, done = true });
            else await output.Result.WriteLineAsync($"{who}: done.");
            return ExitCode.Done;
        });
        return command;
    }
}
