using System.CommandLine;
using System.Globalization;
using System.Net.Security;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline health`: whether a server answers, or judges, for containers and scripts. It asks without a key: the answers are for everybody.</summary>
internal static class HealthCommand
{
    private const string PortVariable = "AnomalyLine__HttpPort";
    private const int UsualPort = 8080, MostBytes = 64 * 1024, MostWaitSeconds = 86_400;

    /// <summary>How long one address may take to answer.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    public static Command Create(Output output)
    {
        var page = ServerOptions.Address(
            "--page",
            $"Address of the server's web page, or of a camera program's status; else this machine's, by http and then https, at the port of the variable {PortVariable} or {UsualPort}.",
            $"http://127.0.0.1:{UsualPort}");
        var ready = new Option<bool>("--ready") { Description = "Ask whether all stations judge, and not only whether the server answers." };
        var station = new Option<string?>("--station") { Description = "Ask whether this station judges.", HelpName = "NAME" };
        var wait = new Option<int>("--wait") { Description = "Ask again for so many seconds.", HelpName = "SECONDS" }.Within(0, MostWaitSeconds);
        var json = CommonOptions.Json();
        var command = new Command("health", "Ask a server whether it answers: exit code 0 if it does, else 1.") { page, ready, station, wait, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var path = parsed.GetValue(station) is { } name ? $"health/ready/{Uri.EscapeDataString(name)}" : parsed.GetValue(ready) ? "health/ready" : "health/live";
            IReadOnlyList<Uri> addresses = parsed.GetValue(page) is { } given ? [given] : Here();
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(TimeSpan.FromSeconds(parsed.GetValue(wait)));
            var pause = new BackOff(TimeProvider.System);
            var answer = await AskAsync(addresses, path, ServerOptions.AuthorityOf(parsed), cancel);
            while (!answer.IsGood && !limit.IsCancellationRequested)
            {
                await pause.WaitAsync(limit.Token);
                answer = await AskAsync(addresses, path, ServerOptions.AuthorityOf(parsed), cancel);
            }

            if (!answer.IsGood) throw new CommandException($"{answer.Address}: {RpcFailure.OneLine(answer.Text)}");
            if (parsed.GetValue(json)) output.WriteJson(new { address = answer.Address, path = $"/{path}", text = answer.Text });
            else await output.Result.WriteLineAsync($"{answer.Address}: {RpcFailure.OneLine(answer.Text)}");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>A port with TLS hangs up on http.</summary>
    private static IReadOnlyList<Uri> Here()
    {
        var port = int.TryParse(Environment.GetEnvironmentVariable(PortVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var set) ? set : UsualPort;
        return [new UriBuilder(Uri.UriSchemeHttp, "127.0.0.1", port).Uri, new UriBuilder(Uri.UriSchemeHttps, "127.0.0.1", port).Uri];
    }

    /// <summary>The first answer that an address gives; else why the last one gave none.</summary>
    private static async Task<Answer> AskAsync(IReadOnlyList<Uri> addresses, string path, string? authority, CancellationToken cancel)
    {
        var answer = default(Answer);
        foreach (var address in addresses)
        {
            // No proxy: the question is whether this server answers.
            using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = s_patience, SslOptions = address.IsLoopback ? TakeAny() : ServerChannel.Trust(authority) };
            using var client = new HttpClient(handler) { Timeout = s_patience, MaxResponseContentBufferSize = MostBytes };
            var name = address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
            try
            {
                using var response = await client.GetAsync(new Uri(address, path), cancel);
                return new Answer(name, response.IsSuccessStatusCode, (await response.Content.ReadAsStringAsync(cancel)).Trim() is { Length: > 0 } text ? text : $"answers with {(int)response.StatusCode}.");
            }
            catch (HttpRequestException failure)
            {
                answer = new Answer(name, IsGood: false, $"does not answer ({(failure.InnerException ?? failure).Message}); is the server running?");
            }
            catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
            {
                answer = new Answer(name, IsGood: false, string.Create(CultureInfo.InvariantCulture, $"has not answered within {s_patience.TotalSeconds} s."));
            }
        }

        return answer;
    }

    /// <summary>On this machine the certificate is of another name than 127.0.0.1, and nothing that is secret is sent.</summary>
    private static SslClientAuthenticationOptions TakeAny() => new()
    {
#pragma warning disable CA5359, MA0039 // As said above.
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359, MA0039
    };

    private readonly record struct Answer(string Address, bool IsGood, string Text);
}
