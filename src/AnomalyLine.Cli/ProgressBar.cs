using Spectre.Console;

namespace AnomalyLine.Cli;

/// <summary>A bar on a terminal while something runs.</summary>
internal static class ProgressBar
{
    /// <summary>Shows the bar until the work is over.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="work">Gets a way to tell how far it is (0..1) and what it does; any thread.</param>
    public static Task<T> ShowAsync<T>(Output output, Func<Action<double, string>, Task<T>> work) =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output.Result) }).Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn { Width = 30 }, new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(context =>
            {
                var bar = context.AddTask("starting", maxValue: 1);
                return work((done, text) =>
                {
                    bar.Value = done;
                    bar.Description = Markup.Escape(text);
                });
            });
}
