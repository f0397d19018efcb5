using System.Globalization;
using System.Net;
using System.Text;
using AnomalyLine.Camera.Running;
using AnomalyLine.Client;

namespace AnomalyLine.Camera.Health;

/// <summary>
/// Answers HTTP on loopback, one request at a time: <c>GET /metrics</c>, <c>/health/live</c>, <c>/health/ready</c>, and <c>POST /cameras/NAME/trigger</c>. Pages of a browser cannot trigger: requests with an Origin are refused, and those to
/// another name than 127.0.0.1 are none of this listener's.
/// </summary>
internal sealed class StatusListener : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly IReadOnlyList<CameraRun> _runs;

    /// <summary>Listens.</summary>
    /// <exception cref="CommandException">The port is in use.</exception>
    public StatusListener(int port, IReadOnlyList<CameraRun> runs)
    {
        _runs = runs;
        _listener.Prefixes.Add(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
        try
        {
            _listener.Start();
        }
        catch (HttpListenerException taken)
        {
            throw new CommandException($"statusPort: {port} cannot be listened on: {taken.Message}", ExitCode.WrongUsage);
        }
    }

    /// <summary>Answers until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        await using var end = cancel.Register(_listener.Stop);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                var (status, text) = Answer(context.Request);
                await WriteAsync(context.Response, status, text, cancel);
            }
            catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException or IOException or OperationCanceledException)
            {
                // The caller went away, or this program ends.
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ((IDisposable)_listener).Dispose();

    private static async Task WriteAsync(HttpListenerResponse response, HttpStatusCode status, string text, CancellationToken cancel)
    {
        using (response)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            response.StatusCode = (int)status;
            response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            response.ContentLength64 = bytes.Length;
            await response.OutputStream.WriteAsync(bytes, cancel);
        }
    }

    private (HttpStatusCode Status, string Text) Answer(HttpListenerRequest request)
    {
        var path = request.Url?.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries) ?? [];
        switch (request.HttpMethod, path)
        {
            case ("GET", ["metrics"]):
                return (HttpStatusCode.OK, StatusPage.Metrics(_runs));
            case ("GET", ["health", "live"]):
                return (HttpStatusCode.OK, "live\n");
            case ("GET", ["health", "ready"]):
                var troubles = StatusPage.Troubles(_runs);
                return troubles.Length == 0 ? (HttpStatusCode.OK, "ready\n") : (HttpStatusCode.ServiceUnavailable, troubles);
            case ("POST", ["cameras", var name, "trigger"]) when request.Headers["Origin"] is null:
                var run = _runs.FirstOrDefault(run => run.Camera.Name == Uri.UnescapeDataString(name));
                return run is null ? (HttpStatusCode.NotFound, "no such camera\n") : run.Trigger() is { } wrong ? (HttpStatusCode.Conflict, $"{run.Camera.Name} {wrong}\n") : (HttpStatusCode.OK, "triggered\n");
            default:
                return (HttpStatusCode.NotFound, "GET /metrics, /health/live, /health/ready; POST /cameras/NAME/trigger\n");
        }
    }
}
