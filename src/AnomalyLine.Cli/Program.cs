using AnomalyLine.Cli.Commands;
using AnomalyLine.Inference.Backends.Torch;

// What a container asks every few seconds computes nothing, and need not start twice.
if (args is not ["health", ..]) TorchEngine.RestartWithSettings();

return await CommandLine.RunAsync(args, new Output(Console.Out, Console.Error, isTerminal: !Console.IsOutputRedirected), CancellationToken.None);
