using System.CommandLine;
using AnomalyLine.Management.Gate;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline models compare`: the gate on two model files, without a server.</summary>
internal static class CompareCommand
{
    public static Command Create(Output output)
    {
        var candidate = new Option<string>("--candidate") { Description = "The model file that may become active.", Required = true, HelpName = "FILE" };
        var active = new Option<string>("--active") { Description = "The model file to compare it with.", Required = true, HelpName = "FILE" };
        var data = new Option<string>("--data")
        {
            Description = "Frozen set in MVTec AD layout: its normals that neither model was trained or calibrated on, its defects, and planted ones.",
            Required = true,
            HelpName = "DIR",
        };
        var folder = new Option<string?>("--output") { Description = "Write gate.json and gate.html into this folder.", HelpName = "DIR" };
        var falseRejects = Margin("--false-reject-margin", "By how much the rate of false rejects may be higher.");
        var escapes = Margin("--escape-margin", "By how much the rates of escapes may be higher.");
        var device = CommonOptions.Device();
        var json = CommonOptions.Json();
        var command = new Command("compare", "Compare two model files as the gate does. Exit code 1 where the candidate does not pass, 3 where it passes without some files.")
        {
            candidate, active, data, folder, falseRejects, escapes, device, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var asJson = parsed.GetValue(json);
            var request = new GateRequest
            {
                Candidate = parsed.GetRequiredValue(candidate),
                Active = parsed.GetRequiredValue(active),
                DataFolder = parsed.GetRequiredValue(data),
                Output = parsed.GetValue(folder),
                Device = parsed.GetRequiredValue(device),
                Margins = new GateMargins
                {
                    FalseRejects = parsed.GetValue(falseRejects),
                    RejectEscapes = parsed.GetValue(escapes),
                    PlantedEscapes = parsed.GetValue(escapes),
                },
            };
            Task<GateReport> Run(Action<double, string> tell) => Task.Factory.StartNew(
                () => ModelGate.Compare(request, new Told<double>(share => tell(share, "comparing")), TimeProvider.System, cancel),
                cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            var report = output.IsTerminal && !asJson ? await ProgressBar.ShowAsync(output, Run) : await Run((_, _) => { });
            if (asJson) output.WriteJson(report with { Frames = [.. report.Frames.Where(frame => frame.IsDisagreement)] });
            else Write(output.Result, report);
            return !report.Passes ? ExitCode.Failed : report.Unreadable.Count > 0 ? ExitCode.Partly : ExitCode.Done;
        });
        return command;
    }

    private static Option<double> Margin(string name, string description) =>
        new Option<double>(name) { Description = description, DefaultValueFactory = _ => 0.05, HelpName = "RATE" }.Within(0.0001, 0.9999);

    private static void Write(TextWriter result, GateReport report)
    {
        result.WriteLine(report.Passes ? "The gate passes." : "The gate does not pass.");
        foreach (var criterion in report.Criteria) result.WriteLine($"  {(criterion.Passes ? "ok " : "NO ")} {criterion.Sentence}");
        foreach (var note in report.Notes) result.WriteLine($"  note: {note}");
    }
}
