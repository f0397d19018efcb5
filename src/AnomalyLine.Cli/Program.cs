using AnomalyLine.Cli;

return await CommandLine.RunAsync(args, new Output(Console.Out, Console.Error, isTerminal: !Console.IsOutputRedirected), CancellationToken.None);
