using AnomalyLine.Camera.Commands;
using AnomalyLine.Client;

return await CameraCommandLine.RunAsync(args, new Output(Console.Out, Console.Error, isTerminal: !Console.IsOutputRedirected), CancellationToken.None);
