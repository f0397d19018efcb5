using System.Globalization;
using System.Text;
using AnomalyLine.Camera.Running;

namespace AnomalyLine.Camera.Health;

/// <summary>The state of all cameras as Prometheus reads it, and in words.</summary>
internal static class StatusPage
{
    /// <summary>The exposition format of Prometheus, version 0.0.4.</summary>
    public static string Metrics(IReadOnlyList<CameraRun> runs)
    {
        var text = new StringBuilder();
        Each("camera_up", "gauge", "Whether the source gives frames.", run => run.SourceFault is null ? 1 : 0);
        Each("camera_server_up", "gauge", "Whether the server answers.", run => run.IsConnected ? 1 : 0);
        Each("camera_frames_total", "counter", "Frames that came from the source, incomplete ones included.", run => run.Tally.Taken);
        Each("camera_lost_frames_total", "counter", "Frames that the camera took and that never came.", run => run.Tally.Lost);
        Each("camera_skipped_frames_total", "counter", "Frames of a stream that its rate left out.", run => run.Tally.Skipped);
        Each("camera_dropped_frames_total", "counter", "Frames dropped since too many waited for their answer.", run => run.Tally.Dropped);
        Each("camera_frames_sent_again_total", "counter", "Frames sent again after a lost connection.", run => run.Tally.SentAgain);
        Each("camera_waiting_frames", "gauge", "Frames that wait for their answer.", run => run.Waiting);
        Each("camera_source_reopened_total", "counter", "Times that the source was opened anew.", run => run.Tally.Reopened);
        Each("camera_reconnections_total", "counter", "Tries to reach the server again.", run => run.Tally.Reconnections);
        Each("camera_answers_total", "counter", "Answers of the server.", run => run.Tally.Answered);
        Each("camera_round_trip_milliseconds_total", "counter", "Sum of the times from frame to answer.", run => run.Tally.RoundTripSumMs);
        Each("camera_packet_size_bytes", "gauge", "Size of a GigE Vision packet; 0 for other cameras.", run => run.Tally.PacketSize);
        Head("camera_incomplete_frames_total", "counter", "Frames that did not arrive whole, by what the transport says.");
        foreach (var run in runs)
            foreach (var (status, count) in run.Tally.Incomplete) Row("camera_incomplete_frames_total", run, count, $",status=\"{Escape(status)}\"");
        Head("camera_temperature_celsius", "gauge", "What the camera says of its temperature.");
        foreach (var run in runs.Where(run => run.Tally.Temperature is not null)) Row("camera_temperature_celsius", run, run.Tally.Temperature!.Value, "");
        return text.ToString();

        void Each(string name, string type, string help, Func<CameraRun, double> value)
        {
            Head(name, type, help);
            foreach (var run in runs) Row(name, run, value(run), "");
        }

        void Head(string name, string type, string help) => text.Append(CultureInfo.InvariantCulture, $"# HELP anomalyline_{name} {help}\n# TYPE anomalyline_{name} {type}\n");

        void Row(string name, CameraRun run, double value, string more) =>
            text.Append(CultureInfo.InvariantCulture, $"anomalyline_{name}{{camera=\"{Escape(run.Camera.Name)}\",station=\"{Escape(run.Camera.Station)}\"{more}}} {value}\n");
    }

    /// <summary>What is wrong now, a line a camera; empty where all is well.</summary>
    public static string Troubles(IReadOnlyList<CameraRun> runs) => string.Concat(runs.SelectMany(run => new[]
    {
        run.SourceFault is { } fault ? $"{run.Camera.Name}: {fault}\n" : "",
        run.IsConnected ? "" : $"{run.Camera.Name}: the server does not answer; {run.Waiting} frames wait\n",
    }));

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
