using AnomalyLine.Cli.Commands;
using AnomalyLine.Inference.Backends.Torch;

TorchEngine.RestartWithSettings();

return await CommandLine.RunAsync(args, new Output(Console.Out, Console.Error, isTerminal: !Console.IsOutputRedirected), CancellationToken.None);
