using System.CommandLine;
using AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline sessions`: who is signed in to the console.</summary>
internal static class SessionsCommand
{
    public static Command Create(Output output) => new("sessions", "Who is signed in to the console.") { List(output), End(output) };

    private static Command List(Output output)
    {
        var (server, json) = (CommonOptions.Server(), CommonOptions.Json());
        var command = new Command("list", "List them, the newest first.") { server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var sessions = (await new AccessService.AccessServiceClient(channel).ListSessionsAsync(new ListSessionsRequest(), cancellationToken: cancel)).Sessions;
            if (parsed.GetValue(json))
            {
                output.WriteJson(new
                {
                    sessions = sessions.Select(session => new
                    {
                        id = session.Id,
                        name = session.Name,
                        role = $"{session.Role}",
                        kind = session.Kind,
                        address = session.Address,
                        beginTime = session.BeginTime.ToDateTimeOffset(),
                        lastClickTime = session.LastClickTime.ToDateTimeOffset(),
                    }),
                });
            }
            else
            {
                TextTable.Write(output.Result, ["ID", "NAME", "ROLE", "KIND", "ADDRESS", "SINCE", "LAST CLICK"], sessions.Select(session => (IReadOnlyList<string>)
                    [session.Id, session.Name, $"{session.Role}", session.Kind, session.Address, $"{session.BeginTime.ToDateTimeOffset():u}", $"{session.LastClickTime.ToDateTimeOffset():u}"]));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command End(Output output)
    {
        var id = new Argument<string>("id") { Description = "What 'sessions list' calls it." };
        var (server, json) = (CommonOptions.Server(), CommonOptions.Json());
        var command = new Command("end", "Sign somebody out, wherever they are.") { id, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            await new AccessService.AccessServiceClient(channel).EndSessionAsync(new EndSessionRequest { Id = parsed.GetRequiredValue(id) }, cancellationToken: cancel);
            if (parsed.GetValue(json)) output.WriteJson(new { id = parsed.GetRequiredValue(id), ended = true });
            else await output.Result.WriteLineAsync($"{parsed.GetRequiredValue(id)}: ended.");
            return ExitCode.Done;
        });
        return command;
    }
}
