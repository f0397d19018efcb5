using System.Globalization;
using System.Net.Http.Headers;

namespace AnomalyLine.Cli.Bench;

/// <summary>What a server's process has used so far, from its metrics page.</summary>
/// <param name="CpuSeconds">Processor time, all cores together.</param>
/// <param name="MemoryMiB">Resident memory.</param>
internal sealed record ServerLoad(double CpuSeconds, double MemoryMiB)
{
    /// <summary>Reads it.</summary>
    /// <param name="page">Address of the server's page, such as http://127.0.0.1:8080.</param>
    /// <param name="server">The same server, with the key that its metrics want.</param>
    /// <param name="cancel">Stops waiting.</param>
    /// <exception cref="CommandException">The page does not answer, or has no such figures.</exception>
    public static async Task<ServerLoad> ReadAsync(Uri page, ServerAddress server, CancellationToken cancel)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        if (server.CurrentKey is { } key) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        try
        {
            return Parse(await client.GetStringAsync(new Uri(page, "/metrics"), cancel));
        }
        catch (Exception failure) when (failure is HttpRequestException or FormatException || (failure is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            throw new CommandException($"{page}: the server's metrics cannot be read ({failure.Message}); --page is the address of its web page, such as http://127.0.0.1:8080.");
        }
    }

    /// <summary>From Prometheus text.</summary>
    internal static ServerLoad Parse(string text) => new(Sum(text, "dotnet_process_cpu_time_seconds_total"), Sum(text, "dotnet_process_memory_working_set_bytes") / (1024 * 1024));

    private static double Sum(string text, string name)
    {
        var values = text.Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is '{' or ' ')
            .Select(line => double.Parse(line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Trim(' ').Replace(name, "", StringComparison.Ordinal).Trim().Split(' ')[0], CultureInfo.InvariantCulture))
            .ToArray();
        return values.Length > 0 ? values.Sum() : throw new FormatException($"it has no {name}");
    }
}
