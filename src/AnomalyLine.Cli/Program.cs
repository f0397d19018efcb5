using AnomalyLine.Cli;
using AnomalyLine.Vision.Models;

TorchEngine.RestartWithSettings();

return await CommandLine.RunAsync(args, new Output(Console.Out, Console.Error, isTerminal: !Console.IsOutputRedirected), CancellationToken.None);
